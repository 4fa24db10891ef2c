"""Help and documentation of a table of slash options."""

from __future__ import annotations

from dtserve.cli.errors import UnknownOption
from dtserve.cli.options import PREFIXES, Option, OptionTable

__all__ = ["help_for", "markdown", "usage"]


def usage(table: OptionTable) -> str:
    """The list of all options, one line each."""
    forms = [_form(option) for option in table.options]
    width = min(max(map(len, forms)), 34)
    lines = [
        f"Usage: {table.program} /option [value] [/option [value]]...",
        *([table.summary] if table.summary else []),
    ]
    lines.append("Options may begin with / or -; case does not matter; the part in brackets may be left out.")
    for form, option in zip(forms, table.options, strict=True):
        gap = "\n" + " " * (width + 4) if len(form) > width else " " * (width + 2 - len(form))
        lines.append(f"  {form}{gap}{option.text}")
    return "\n".join(lines)


def help_for(table: OptionTable, text: str) -> str:
    """Extended help for one option; UnknownOption when there is none."""
    option = table.find(text.lstrip(PREFIXES))
    if option is None:
        raise UnknownOption(option=text)
    lines = [_form(option), f"  {option.text}"]
    lines += [f"  {line}" for line in option.details.splitlines()]
    lines += [f"  Cannot be used with {', '.join(each)}." for each in _excluded(table, option)]
    for key, others in table.needs:
        if key == option.key:
            lines.append(f"  Needs {' or '.join('/' + table.option(other).word for other in others)}.")
    return "\n".join(lines)


def markdown(table: OptionTable) -> str:
    """The reference of all options: a heading per option, its form, its text and its rules."""
    chapters = []
    for option in table.options:
        lines = [f"### /{option.word}", "", f"`{_form(option)}`", "", option.text]
        lines += ["", *option.details.splitlines()] if option.details else []
        lines += [f"\nCannot be used with {', '.join(each)}." for each in _excluded(table, option)]
        chapters.append("\n".join(lines))
    return "\n\n".join(chapters) + "\n"


def _excluded(table: OptionTable, option: Option) -> list[list[str]]:
    groups = [group for group in table.exclusive if option.key in group]
    return [["/" + table.option(key).word for key in group if key != option.key] for group in groups]


def _form(option: Option) -> str:
    metavar = option.metavar if option.argument != "optional" else f"[{option.metavar}]"
    return f"/{option.name} {metavar}".rstrip() if option.argument else f"/{option.name}"
