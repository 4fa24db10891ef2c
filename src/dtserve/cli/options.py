"""Slash options from one table: the parser, the help text and the documentation.

``/OPT``, ``-OPT``, ``/OPT value``, ``/OPT;value``, ``/OPT:value``; case does not matter; an
option may be shortened down to :attr:`Option.short`. dtutil and dtexec keep their tables in
files of their own (DTUTIL §2 and §3, DTEXEC §3 and §4). On systems where paths begin with
``/``, a word is an option only when it names one of the table; anything else behind an
option that takes an argument is its argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dtserve.cli.errors import (
    AmbiguousOption,
    ConflictingOptions,
    MissingArgument,
    OptionNeedsOther,
    RepeatedOption,
    UnexpectedArgument,
    UnknownOption,
)
from dtserve.cli.quoting import split_arguments, split_line, unquote

__all__ = ["Given", "Option", "OptionTable", "ParsedLine", "split_arguments", "split_line", "unquote"]

PREFIXES = "/-"
_OPTION_SHAPE = re.compile(r"[/-](?P<name>\?|[A-Za-z][A-Za-z0-9]*)(?:[;:](?P<value>.*))?\Z", re.DOTALL)


class Option(NamedTuple):
    """One option.

    ``name`` is the full word with its legal short form outside brackets, as documented:
    ``SourceS[erver]``. ``argument`` is empty (no argument), ``required`` or ``optional``;
    ``metavar`` how help shows it. ``secret`` values never show in errors and always take the
    next word. ``repeatable`` options may stand more than once; of the others the last one
    counts, or a second is refused, as the table says. ``text`` is one line of help,
    ``details`` more of it.
    """

    name: str
    argument: str = ""
    metavar: str = ""
    text: str = ""
    details: str = ""
    secret: bool = False
    repeatable: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The full word: ``SourceServer``."""
        return self.name.replace("[", "").replace("]", "")

    @property
    def short(self) -> str:
        """The shortest legal form: ``SourceS``."""
        return self.name.partition("[")[0]

    @property
    def key(self) -> str:
        """The name by which :class:`ParsedLine` answers: ``sourceserver``."""
        return self.word.lower()

    def accepts(self, text: str) -> bool:
        """Whether ``text`` (any case, no prefix) is this option or a legal abbreviation of it."""
        given = text.lower()
        if given in (alias.lower() for alias in self.aliases):
            return True
        return self.key.startswith(given) and given.startswith(self.short.lower())


class Given(NamedTuple):
    """An option as it stood on the line; ``value`` is None when it had no argument, quotes as given."""

    option: Option
    value: str | None
    position: int

    @property
    def text(self) -> str:
        """The argument without quotes; empty when there was none."""
        return unquote(self.value or "")

    def parts(self, limit: int = 0) -> list[str]:
        """The argument split at ``;`` outside quotes."""
        return split_arguments(self.value or "", limit=limit)


@dataclass(frozen=True, eq=False, repr=False)
class ParsedLine:
    """The options of one line, in the order met."""

    given: tuple[Given, ...] = ()

    def __contains__(self, key: object) -> bool:
        return any(each.option.key == key for each in self.given)

    def __iter__(self) -> Iterator[Given]:
        return iter(self.given)

    def all(self, key: str) -> list[Given]:
        """Every occurrence, in order."""
        return [each for each in self.given if each.option.key == key]

    def last(self, key: str) -> Given | None:
        """The occurrence that counts: the last."""
        found = self.all(key)
        return found[-1] if found else None

    def text(self, key: str, default: str = "") -> str:
        """The unquoted argument of the last occurrence."""
        found = self.last(key)
        return default if found is None or found.value is None else found.text


@dataclass(frozen=True, eq=False, repr=False)
class OptionTable:
    """The options of one tool and how they combine.

    ``exclusive`` are groups of which a line may hold one; ``needs`` pairs an option with the
    options of which at least one must stand beside it; ``last_wins`` tells whether an option
    that is not repeatable may stand twice (dtexec) or not (dtutil).
    """

    program: str
    options: tuple[Option, ...]
    summary: str = ""
    exclusive: tuple[tuple[str, ...], ...] = ()
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    last_wins: bool = True
    _by_key: dict[str, Option] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        self._by_key.update({option.key: option for option in self.options})

    def find(self, text: str) -> Option | None:
        """The option that ``text`` names; None when there is none, AmbiguousOption when there are several."""
        exact = self._by_key.get(text.lower())
        if exact is not None:
            return exact
        found = [option for option in self.options if option.accepts(text)]
        if len(found) > 1:
            raise AmbiguousOption(option=text, candidates=", ".join("/" + option.word for option in found))
        return found[0] if found else None

    def parse(
        self, words: Sequence[str], *, expand: Callable[[Given], Iterable[str] | None] | None = None
    ) -> ParsedLine:
        """Read the words of a line; UsageError subclasses (exit code 6) when they make no sense.

        ``expand`` is asked for each option met; the words it gives (a command file's) are read
        in its place.
        """
        given: list[Given] = []
        todo = list(reversed(words))
        while todo:
            each = self._next(todo, len(given))
            inserted = expand(each) if expand else None
            if inserted is None:
                given.append(each)
            else:
                todo.extend(reversed(list(inserted)))
        line = ParsedLine(tuple(given))
        self._check(line)
        return line

    def _next(self, todo: list[str], position: int) -> Given:
        word = todo.pop()
        if word[:1] not in PREFIXES or not word:
            raise UnexpectedArgument(argument=word)
        shape = _OPTION_SHAPE.match(word)
        option = self.find(shape["name"]) if shape else None
        if shape is None or option is None:
            raise UnknownOption(option=shape["name"] if shape else word[1:])
        value: str | None = shape["value"]
        if value is None and option.argument and todo and self._is_value(option, todo[-1]):
            value = todo.pop()
        if value is not None and not option.argument:
            raise UnexpectedArgument(argument=value)
        if option.argument == "required" and not value and not (option.secret and value is not None):
            raise MissingArgument(option=option.word, metavar=option.metavar)
        return Given(option, value, position)

    def _is_value(self, option: Option, word: str) -> bool:
        """Whether the next word is the argument of ``option`` and not an option itself."""
        if (option.secret and option.argument == "required") or option.key == "help":  # /H /COPY asks about /COPY
            return True
        if word[:1] not in PREFIXES or not word:
            return True
        shape = _OPTION_SHAPE.match(word)
        if shape is None:
            return word not in PREFIXES or option.argument == "required"
        known = any(each.accepts(shape["name"]) for each in self.options)
        return not known and (option.secret or option.argument == "required")

    def _check(self, line: ParsedLine) -> None:
        for group in self.exclusive:
            met = [key for key in group if key in line]
            if len(met) > 1:
                first, second = (self._by_key[key].word for key in met[:2])
                raise ConflictingOptions(option=first, other=second)
        for key, others in self.needs:
            if key in line and not any(other in line for other in others):
                names = " or ".join("/" + self._by_key[other].word for other in others)
                raise OptionNeedsOther(option=self._by_key[key].word, other=names)
        if not self.last_wins:
            for option in self.options:
                if not option.repeatable and len(line.all(option.key)) > 1:
                    raise RepeatedOption(option=option.word)

    def usage(self) -> str:
        """The list of all options, one line each."""
        from dtserve.cli.option_help import usage  # a run shows no help

        return usage(self)

    def help_for(self, text: str) -> str:
        """Extended help for one option; UnknownOption when there is none."""
        from dtserve.cli.option_help import help_for

        return help_for(self, text)

    def markdown(self) -> str:
        """The reference of all options: a heading per option, its form, its text and its rules."""
        from dtserve.cli.option_help import markdown

        return markdown(self)

    def option(self, key: str) -> Option:
        """The option whose key is ``key``; KeyError."""
        return self._by_key[key]
