"""``dtserve run``: run a package on a service, this machine's or another's, and follow it."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from dtserve.cli.errors import InvalidArgument, PasswordMissing
from dtserve.cli.package_files import add_password, password_of
from dtserve.cli.remote import connected
from dtserve.cli.store_places import add_home
from dtserve.client.model import Event, Execution

__all__ = ["add_arguments", "run"]

CODES = {"succeeded": 0, "canceled": 3}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("package", help=r"\ROOT\FOLDER\PACKAGE on the service")
    for name, text in (("set", "property path"), ("parameter", "parameter"), ("connection", "connection manager")):
        parser.add_argument(
            f"--{name}", action="append", default=[], metavar="NAME=VALUE", help=f"a value for a {text}"
        )
        secret = "the same, the value (a secret) in the environment variable VARIABLE"
        parser.add_argument(f"--{name}-env", action="append", default=[], metavar="NAME=VARIABLE", help=secret)
    add_password(parser)
    parser.add_argument("--validate-only", action="store_true", help="validate without executing")
    parser.add_argument("--no-wait", action="store_true", help="print the id and return")
    parser.add_argument("--key", default="", help="repeating a start with its key starts nothing")
    parser.add_argument("--json", action="store_true", help="events and end as JSON lines")
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start, follow the events, and return the exit code of dtexec: 0 succeeded, 1 failed, 3 canceled."""
    options = {
        "set": _pairs(arguments.set, arguments.set_env, "--set"),
        "parameters": _pairs(arguments.parameter, arguments.parameter_env, "--parameter"),
        "connections": _pairs(arguments.connection, arguments.connection_env, "--connection"),
        "password": password_of(arguments),
        "validate_only": arguments.validate_only,
    }
    with connected(arguments) as client:
        begun = client.start(arguments.package, idempotency_key=arguments.key, **options)
        if arguments.no_wait:
            print(begun.id)
            return 0
        for event in client.follow(begun.id):
            _show(event, arguments.json)
        ended = client.execution(begun.id)
        while not ended.done:  # the service stopped the stream, not the run
            time.sleep(0.2)
            ended = client.execution(begun.id)
    _show_end(ended, arguments.json)
    return CODES.get(ended.state, 1)


def _pairs(texts: list[str], secrets: list[str], option: str) -> dict[str, str]:
    """The values by name; InvalidArgument, PasswordMissing."""
    found = {}
    for text, secret in [*((text, False) for text in texts), *((text, True) for text in secrets)]:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise InvalidArgument(argument=name, option=option, reason="NAME=VALUE is wanted")
        if secret and value not in os.environ:
            raise PasswordMissing(place=f"the environment variable {value}")
        found[name] = os.environ[value] if secret else value
    return found


def _show(event: Event, as_json: bool) -> None:
    if as_json:
        print(json.dumps({name: getattr(event, name) for name in Event.__slots__}), flush=True)
    elif event.kind in ("OnError", "OnWarning", "OnInformation", "OnTaskFailed"):
        stream = sys.stderr if event.kind == "OnError" else sys.stdout
        print(f"{event.kind}  {event.source}  {event.message.rstrip()}", file=stream, flush=True)


def _show_end(execution: Execution, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"id": execution.id, "state": execution.state, "reason": execution.reason}))
        return
    for path in execution.paths:
        print(f"{path.rows:>12} rows  {path.path}")
    seconds = (execution.ended or 0) - (execution.started or execution.ended or 0)
    print(f"{execution.package_path}: {execution.state} after {seconds:.1f} s. {execution.reason}".rstrip())
