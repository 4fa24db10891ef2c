"""Every expression of the corpus: parsed, typed, and where the designer stored a value, evaluated.

The counts printed with ``-s`` are floors: fewer equal results than before is a failure.
"""

import re
import sys
from collections import Counter
from datetime import datetime

import pytest

from dtserve.datatypes import DT
from dtserve.datatypes.convert import convert_value
from dtserve.datatypes.errors import ConversionTruncation
from dtserve.datatypes.text import format_value
from dtserve.expressions import (
    Moment,
    UnknownVariable,
    compile_columns,
    evaluate,
    parse,
    print_node,
    split_assignment,
)
from dtserve.package.document import PackageDocument
from support.expression_corpus import CORPUS, Found, expressions, stored_value

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is absent")

_RUN = re.compile(r"System::(?!PackageID|PackageName)|StartTime", re.IGNORECASE)
_OTHER_TIME = Moment(datetime(2001, 10, 21, 3, 4, 5), datetime(2001, 10, 21, 1, 4, 5))


def report(line: str) -> None:
    """Shown with ``pytest -s``."""
    sys.stdout.write(line + "\n")


@pytest.fixture(scope="module")
def found() -> list[Found]:
    return expressions()


def text_of(item: Found) -> str:
    return split_assignment(item.text)[1] if item.kind in ("loop", "task", "variable") else item.text


def test_all_parse_and_print(found: list[Found]) -> None:
    for item in found:
        node = parse(text_of(item))
        assert parse(print_node(node)) == node
    kinds = Counter(item.kind for item in found)
    report(f"\n{sum(kinds.values())} expressions parsed: {dict(kinds)}")
    assert sum(kinds.values()) >= 1059


def test_all_type_or_are_refused_for_a_reason(found: list[Found]) -> None:
    """The only reason in the corpus is a variable or project parameter that the package does not have."""
    refused: Counter[str] = Counter()
    typed = 0
    for item in found:
        text = text_of(item)
        try:
            if item.columns is None:
                evaluate(text, item.scope)
            else:
                compile_columns(text, item.columns, item.scope)
            typed += 1
        except UnknownVariable as fault:
            refused[f"{item.package.name}: {fault.message}"] += 1
    report(f"\n{typed} typed and evaluated or compiled; refused: {sum(refused.values())}")
    for reason, count in refused.items():
        report(f"  {count} x {reason}")
    assert typed >= 1044
    assert sum(refused.values()) <= 15


def test_derived_columns_have_the_type_that_the_designer_stored(found: list[Found]) -> None:
    """Equal for new columns; the differences are columns that are replaced or whose type the user edited."""
    same, other = 0, Counter[str]()
    for item in found:
        if item.kind != "derived" or item.columns is None or item.declared is None:
            continue
        inferred = compile_columns(item.text, item.columns, item.scope).type
        declared = item.declared
        if inferred.dt is DT.STR and inferred.code_page != declared.code_page:
            inferred = inferred.with_(code_page=declared.code_page)
        if inferred == declared.with_(code_page=inferred.code_page):
            same += 1
        else:
            other[f"{inferred} for {declared}: {item.friendly[:60]}"] += 1
    report(f"\n{same} types equal, {sum(other.values())} different")
    for reason, count in other.items():
        report(f"  {count} x {reason}")
    assert same >= 297
    assert sum(other.values()) <= 18


def test_variables_have_the_value_that_the_designer_stored(found: list[Found]) -> None:
    counts: Counter[str] = Counter()
    shapes: Counter[bool] = Counter()
    different = []
    for item in found:
        if item.variable is None:
            continue
        wanted = stored_value(item.variable.vt, item.variable.value)
        assert wanted is not None
        try:
            result = evaluate(item.text, item.scope)
            depends = result != evaluate(item.text, item.scope, moment=_OTHER_TIME)
        except UnknownVariable:
            counts["not comparable: a project parameter is missing"] += 1
            continue
        if depends or _RUN.search(item.text):
            counts["not comparable: depends on the clock or the run"] += 1
            shown = "" if result.value is None else format_value(result.value, result.type)
            shapes[re.sub(r"\d+", "9", shown) == re.sub(r"\d+", "9", item.variable.value or "")] += 1
            continue
        value = result.value
        if result.type.dt is not wanted.type.dt and value is not None:
            try:
                value = convert_value(value, result.type, wanted.type)
            except ConversionTruncation as cut:
                value = cut.value
        if value is None and wanted.type.dt is DT.WSTR:
            value = ""
        equal = value == wanted.value
        counts["equal" if equal else "different"] += 1
        if not equal:
            different.append((item.package.name, item.place, item.text, value, wanted.value))
    report(f"\nvariables: {dict(counts)}; of the clock's, digits apart: {dict(shapes)}")
    assert different == []
    assert counts["equal"] >= 124
    assert shapes == {True: 12}


def test_connections_have_the_property_that_the_designer_stored(found: list[Found]) -> None:
    """ConnectionString and the like.

    Different: five connection strings from which the provider took the password, and one
    package whose variable was changed after its connection was saved.
    """
    counts: Counter[str] = Counter()
    for item in found:
        name, _, property_name = item.place.rpartition(".")
        if item.kind != "property" or "\\" in item.place or item.columns is not None or name.startswith("Package"):
            continue
        model = PackageDocument.open(item.package.read_bytes()).model
        connection = next((c for c in model.connections if c.name == name), None)
        stored = connection.properties.get(property_name) if connection else None
        try:
            result = evaluate(item.text, item.scope)
        except UnknownVariable:
            counts["not comparable: a variable is missing"] += 1
            continue
        shown = "" if result.value is None else format_value(result.value, result.type)
        if stored is None and shown:
            counts["not comparable: the property is not stored"] += 1
        else:
            counts["equal" if shown == (stored or "") else "different"] += 1
    report(f"\nconnection properties: {dict(counts)}")
    assert counts["equal"] >= 141
    assert counts["different"] <= 6


def test_friendly_expressions_mean_the_same(found: list[Found]) -> None:
    """Names instead of lineage ids: the same columns and the same type."""
    compared = 0
    for item in found:
        if item.friendly and item.columns is not None:
            stored = compile_columns(item.text, item.columns, item.scope)
            friendly = compile_columns(item.friendly, item.columns, item.scope)
            assert (friendly.type, friendly.inputs) == (stored.type, stored.inputs), item.friendly
            compared += 1
    report(f"\n{compared} friendly expressions equal")
    assert compared >= 495
