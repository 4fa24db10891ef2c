import polars as pl

from dtserve.expressions.columnar_calls import ColumnCall
from dtserve.expressions.functions import find
from dtserve.expressions.program import Operand, Program
from dtserve.expressions.unit_columns import by_distinct, clipped, select, unit_kernel, with_nulls
from support.expression_backends import MOMENT, spec_of

FACE = "\U0001f600"
TEXT = spec_of("DT_WSTR,9")


def test_select_is_strict_about_null() -> None:
    text = pl.Series(["abc", "abc", None])
    count = pl.Series([1, None, 1])
    assert select([text, count], lambda t, n: t.str.slice(0, n)).to_list() == ["a", None, None]
    assert select([text, 2], lambda t, n: t.str.slice(0, n)).to_list() == ["ab", "ab", None]
    loose = select([text, count], lambda t, n: pl.lit("x").repeat_by(1).list.first() + t.fill_null(""), strict=False)
    assert loose.null_count() == 0


def test_with_nulls() -> None:
    made = pl.Series([1, 2, 3])
    assert with_nulls(made, [5, pl.Series([None, "a", "b"])]).to_list() == [None, 2, 3]
    assert with_nulls(made, [pl.Series(["a", "b", "c"])]) is made


def test_by_distinct_values_and_row_by_row_beyond_a_few() -> None:
    function = find("REPLACE")
    assert function is not None
    for count in (3, 200):
        program = Program("")
        names = ("a", "b", "c")
        call = ColumnCall(program, function, TEXT, [program.input(name, TEXT) for name in names], 1033)
        texts = pl.Series([f"x{i % count}y" for i in range(400)] + [None, "z"])
        search = pl.Series([str(i % count) for i in range(400)] + ["z", None])
        made = by_distinct(call, [texts, search, "_"], 1, lambda t, s, r: t.str.replace_all(s, r, literal=True))
        assert made.to_list() == ["x_y"] * 400 + [None, None]


def test_unit_kernel_takes_rows_beyond_the_bmp_apart() -> None:
    function = find("LEN")
    assert function is not None
    for texts, expected in ((["abc", None], [3, None]), (["é", FACE, None, "a" + FACE], [1, 2, None, 3])):
        program = Program("")
        call = ColumnCall(program, function, spec_of("DT_I4"), [program.input("s", TEXT)], 1033)
        made = unit_kernel(call, lambda s: s.str.len_chars().cast(pl.Int32), lambda s: s.str.len_bytes().cast(pl.Int32))
        result = program.run(
            pl.DataFrame({"s": texts}, schema={"s": pl.String}), MOMENT, Operand(made, spec_of("DT_I4"))
        )
        assert result.values.to_list() == expected


def test_clipped() -> None:
    assert (clipped(-5), clipped(10**12), clipped(0, 1)) == (0, 2**31 - 1, 1)
    column = pl.DataFrame({"n": pl.Series([2**64 - 1, 5, None], dtype=pl.UInt64)})
    assert column.select(clipped(pl.col("n"))).to_series().to_list() == [2**31 - 1, 5, None]
