"""The ``dtserve`` command: one verb, one module, imported only when it is called."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from dtserve import __version__
from dtserve.errors import DtserveError

__all__ = ["VERBS", "main"]

VERBS: dict[str, tuple[str, str]] = {
    "serve": ("serve_command", "run the service in the foreground"),
    "service": ("service_command", "install, start and stop the service through the operating system"),
    "expr": ("expr_command", "evaluate an SSIS expression"),
    "package": ("package_command", "look into and change a package file"),
    "coverage": ("coverage_command", "survey a folder: which packages run, what the others wait for"),
    "key": ("key_command", "export this user's key for packages with protection levels 1 and 4"),
    "config": ("config_command", "check the service's configuration"),
    "packages": ("packages_command", "work on stored packages in bulk"),
    "backup": ("backup_command", "back up and restore the stores"),
    "connect": ("connect_command", "whether a service answers, and what you may there"),
    "run": ("run_command", "run a package on a service and follow it"),
    "running": ("running_command", "the running packages of a service"),
    "stop": ("stop_command", "ask a running package to stop"),
    "servers": ("servers_command", "the services of other machines, by name"),
    "accounts": ("accounts_command", "local accounts of the service"),
    "tokens": ("tokens_command", "API tokens of the service"),
    "access": ("access_command", "who may do what: grants, roles, folders"),
    "audit": ("audit_command", "who changed what, and what was refused"),
    "events": ("events_command", "the service's event log"),
    "schedules": ("schedules_command", "packages that the service starts by the clock"),
    "alerts": ("alerts_command", "who is told when a package fails"),
    "firewall": ("firewall_command", "print the firewall rules for the service"),
}
"""Verb → module in ``dtserve.cli`` with ``add_arguments(parser)`` and ``run(arguments) -> int``; what it does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb; returns the exit code (6 for a command line that makes no sense)."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    verb = _verb_in(arguments)
    parser = _parser(verb)
    try:
        found = parser.parse_args(arguments)
    except SystemExit as end:
        return 6 if end.code else 0
    if not found.verb:
        parser.print_help()
        return 6
    try:
        if found.server is not None:
            from dtserve.cli.remote import check_verb

            check_verb(found.verb)
        code: int = importlib.import_module(f"dtserve.cli.{VERBS[found.verb][0]}").run(found)
        return code
    except DtserveError as error:
        if found.debug:
            raise
        print(f"dtserve: {error.describe()}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 3
    except BrokenPipeError:
        return 1
    except Exception as error:
        if found.debug:
            raise
        print(f"dtserve: DTSERVE_E_INTERNAL (0xC0D5FFFF): {type(error).__name__}: {error}", file=sys.stderr)
        return 6


def _verb_in(arguments: Sequence[str]) -> str:
    """The first word that is neither an option nor the name behind ``--server``."""
    words = iter(arguments)
    for word in words:
        if word == "--server":
            next(words, "")
        elif not word.startswith("-"):
            return word
    return ""


def _parser(verb: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dtserve", description="Stores, runs and watches SSIS packages.")
    parser.add_argument("--version", action="version", version=f"dtserve {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the trace of an error")
    parser.add_argument("--server", metavar="NAME", help="the service of another machine: see dtserve servers")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    for name, (module, text) in VERBS.items():
        child = verbs.add_parser(name, help=text, description=text)
        if name == verb:
            importlib.import_module(f"dtserve.cli.{module}").add_arguments(child)
    return parser


if __name__ == "__main__":
    sys.exit(main())
