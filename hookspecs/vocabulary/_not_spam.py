"""`NOT_SPAM`: nothing against it."""

from __future__ import annotations

from typing import Final

NOT_SPAM: Final = "NOT_SPAM"
"""What a spam checker answers to let the next module be asked; any equal string does the same."""
