"""``dtserve coverage FOLDER``: which packages of a folder run as they are, and what the others wait for.

With ``--validate`` each is validated as ``dtexec /VALIDATE`` does, every connection to a
database pointed at an empty one: what is missing is named package by package.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from dtserve.errors import hresult
from dtserve.execution.coverage import CoverageReport, Part, known_parts, reason_against, runner_of, survey

__all__ = ["add_arguments", "markdown", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's arguments."""
    parser.add_argument("folder", type=Path, help="folder with packages; every .dtsx below it is read")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    parser.add_argument("--markdown", type=Path, help="also write the table of parts, without file names")
    parser.add_argument("--validate", action="store_true", help="validate each package against an empty database")
    parser.add_argument("--database", metavar="URL", default="", help="with --validate: this database instead")


def run(arguments: argparse.Namespace) -> int:
    """Print the survey; 0 when every package can run, 1 otherwise, 4 when the folder is missing."""
    if not arguments.folder.is_dir():
        print(f"dtserve: DTSERVE_E_PACKAGENOTFOUND (0xC0D50004): there is no folder {arguments.folder}.")
        return 4
    if arguments.validate:
        return _validate(arguments)
    report = survey(sorted(arguments.folder.rglob("*.dtsx")))
    if arguments.markdown:
        arguments.markdown.write_text(markdown(report), encoding="utf-8")
    if arguments.json:
        print(json.dumps(_plain(report, arguments.folder), indent=1))
    else:
        print("\n".join(_lines(report, arguments.folder)))
    return 0 if all(package.runs for package in report.packages) else 1


def _validate(arguments: argparse.Namespace) -> int:
    from dtserve.execution.validation_survey import symbol_of, validate_packages

    report = validate_packages(sorted(arguments.folder.rglob("*.dtsx")), arguments.database)
    if arguments.json:
        found = [
            {
                "file": str(each.path.relative_to(arguments.folder)),
                "state": each.state,
                "seconds": round(each.seconds, 3),
                "reasons": [{"code": hresult(code), "message": text} for code, text in each.reasons],
            }
            for each in report.packages
        ]
        counts = {hresult(code): count for code, count in report.causes.most_common()}
        print(json.dumps({"packages": found, "states": dict(report.states), "causes": counts}, indent=1))
    else:
        for each in report.packages:
            print(f"{each.state:<8} {each.path.relative_to(arguments.folder)}")
            for code, text in each.reasons if each.state != "valid" else ():
                print(f"         {hresult(code)} {text}")
        states = ", ".join(f"{count} {state}" for state, count in report.states.most_common())
        print(f"\n{len(report.packages)} packages: {states}.")
        for code, count in report.causes.most_common():
            print(f"{count:6} {hresult(code)} {symbol_of(code)}")
    return 0 if set(report.states) <= {"valid"} else 1


def _lines(report: CoverageReport, folder: Path) -> list[str]:
    lines = []
    for found in report.packages:
        name = found.path.relative_to(folder)
        if found.error:
            lines.append(f"refused  {name}: {found.error.symbol} ({found.error.hresult}) {found.error.message}")
        elif found.missing:
            lines.append(f"waits    {name}: {', '.join(f'{part.kind} {part.name}' for part in found.missing)}")
        else:
            lines.append(f"runs     {name}")
    lines += ["", *_summary(report)]
    lines += [f"{count:6} wait for {part.kind} {part.name}: {reason_against(part)}" for part, count in _ranked(report)]
    return lines


def _summary(report: CoverageReport) -> list[str]:
    opened = sum(1 for package in report.packages if package.error is None)
    runs = sum(1 for package in report.packages if package.runs)
    lines = [f"{len(report.packages)} packages: {opened} open, {runs} of them need only parts that run."]
    lines += [f"{count} refused with {what}" for what, count in report.refused.most_common()]
    return lines


def _ranked(report: CoverageReport) -> list[tuple[Part, int]]:
    return sorted(report.waiting.items(), key=lambda item: (-item[1], item[0]))


def _plain(report: CoverageReport, folder: Path) -> dict[str, object]:
    return {
        "packages": [
            {
                "file": str(found.path.relative_to(folder)),
                "runs": found.runs,
                "missing": [f"{part.kind} {part.name}" for part in found.missing],
                "error": found.error.describe() if found.error else None,
            }
            for found in report.packages
        ],
        "waiting": {f"{part.kind} {part.name}": count for part, count in _ranked(report)},
    }


def markdown(report: CoverageReport) -> str:
    """The table of docs/coverage.md: every known part, whether it runs, how many packages use it and wait for it."""
    lines = ["# Coverage", "", "Which parts of SSIS run, by name. This page is generated by `scripts/coverage`.", ""]
    if report.packages:
        lines += ["Measured over a collection of real packages of many authors and versions:", ""]
        lines += [f"- {line}" for line in _summary(report)]
        lines += ["", "*used by* and *waiting* count packages of that collection.", ""]
    use, waiting = report.use, report.waiting
    for kind in ("task", "container", "enumerator", "component", "connection", "log provider"):
        rows = [(part, title) for part, title in known_parts() if part.kind == kind]
        unknown = sorted(part for part in waiting if part.kind == kind and part not in {row[0] for row in rows})
        lines += [
            f"## {kind.capitalize()}s",
            "",
            "| part | name in files | state | used by | waiting |",
            "|---|---|---|--:|--:|",
        ]
        for part, title in rows:
            lines.append(f"| {title} | `{part.name}` | {_state(part)} | {use[part]} | {waiting[part] or ''} |")
        if unknown:
            total = sum(waiting[part] for part in unknown)
            lines.append(f"| parts of other makers ({len(unknown)}) | | refused by name | {total} | {total} |")
        lines.append("")
    lines += _scripts(report)
    lines += _functions()
    return "\n".join(lines)


def _scripts(report: CoverageReport) -> list[str]:
    """What scripts of the collection wait for; nothing when all run."""
    waiting = [(part.name, count) for part, count in _ranked(report) if part.kind == "script"]
    if not waiting:
        return []
    lines = ["## Scripts", "", "What scripts of that collection wait for, beyond Mono and its compiler.", ""]
    return [*lines, "| waits for | waiting |", "|---|--:|", *(f"| {name} | {count} |" for name, count in waiting), ""]


def _functions() -> Sequence[str]:
    from dtserve.expressions import function_names

    names = ", ".join(f"`{name}`" for name in function_names())
    return ["## Expression functions", "", f"All of the expression language's functions run: {names}.", ""]


def _state(part: Part) -> str:
    reason = reason_against(part)
    return f"refused by name: {reason.rstrip('.')}" if reason else f"runs: `{runner_of(part)}`"
