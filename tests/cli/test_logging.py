"""What `hostkit serve` writes to its log."""

from __future__ import annotations

import logging
import sys

from hostkit.cli._serve import _Formatter


def test_the_log_shows_no_secrets() -> None:
    """They are taken out of messages and tracebacks alike."""
    formatter = _Formatter(lambda text: text.replace("s3cret", "[redacted]"))
    try:
        int("url with s3cret")
    except ValueError:
        record = logging.LogRecord(
            "hostkit", logging.ERROR, "x.py", 1, "has %s", ("s3cret",), sys.exc_info()
        )
    text = formatter.format(record)
    assert text.count("[redacted]") > 1
    assert "s3cret" not in text
