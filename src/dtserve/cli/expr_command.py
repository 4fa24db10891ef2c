"""``dtserve expr "EXPRESSION"``: evaluate an SSIS expression."""

from __future__ import annotations

import argparse
import json
import sys

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("expression", help='the expression, for instance "UPPER(@[User::Name])"')
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME[:TYPE]=VALUE",
        help="a variable or parameter, for instance User::Count=3 or User::Day:DT_DBDATE=2024-02-29; NULL without =",
    )
    parser.add_argument(
        "--col", action="append", default=[], metavar="NAME[:TYPE]=VALUE", help="an input column of the row"
    )
    parser.add_argument("--locale", type=int, default=1033, metavar="LCID", help="locale of dates and numbers (1033)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")


def run(arguments: argparse.Namespace) -> int:
    """Print value and type; 1 and the coded error where the expression is refused or fails."""
    from dtserve.expressions.command import evaluate_text, fault_facts, value_text
    from dtserve.expressions.errors import ExpressionFault

    try:
        found = evaluate_text(arguments.expression, arguments.var, arguments.col, arguments.locale)
        text = value_text(found, arguments.locale)
    except ExpressionFault as fault:
        if arguments.json:
            print(json.dumps({"error": fault_facts(fault)}, ensure_ascii=False))
        print(f"dtserve: {fault.describe()}", file=sys.stderr)
        return fault.exit_code
    if arguments.json:
        facts = {"value": text, "type": found.type.dt.label, "declared": str(found.type)}
        print(json.dumps(facts, ensure_ascii=False))
    else:
        print("NULL" if text is None else text)
        print(found.type)
    return 0
