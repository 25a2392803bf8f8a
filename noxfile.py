"""Everything that must hold, as commands: `nox` runs the first four, `nox -l` lists all."""

from __future__ import annotations

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "tests", "docs"]

PYPROJECT = nox.project.load_toml("pyproject.toml")


def install(session: nox.Session, *groups: str) -> None:
    """Install hostkit, the quickstart and dependency groups."""
    session.install(
        "-e.", "-eexamples/quickstart", *nox.project.dependency_groups(PYPROJECT, *groups)
    )


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layers."""
    install(session, "lint")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-cache")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, and the types that users see."""
    install(session, "types")
    session.run("mypy", "hostkit", "hookspecs", "tests", "examples", "benchmarks", "noxfile.py")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; every line and branch of the packages must be run by them."""
    install(session, "testing")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "tests", *session.posargs)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def antispam(session: nox.Session) -> None:
    """Let a published module of a real homeserver ask the gateway; installs both, in minutes."""
    session.install("-e.", "pytest", "matrix-synapse", "synapse-http-antispam==0.5.1")
    session.run("pytest", "tests/antispam", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation and run its examples."""
    install(session, "docs", "testing")
    session.run("pytest", "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    session.run("towncrier", "build", "--draft", "--version", "next")


@nox.session
def bench(session: nox.Session) -> None:
    """Compare the speed of hostkit with that of others; takes some minutes."""
    install(session, "bench")
    session.run("python", "benchmarks/registration.py")
    session.run("python", "benchmarks/startup.py")
    session.run("python", "benchmarks/dispatch.py", *session.posargs)
    session.run("python", "benchmarks/cached.py")
    session.run("python", "benchmarks/web.py")
    session.run("python", "benchmarks/reload.py")
