import re

import pytest

from dtserve.connections.errors import NotTranslatable
from dtserve.connections.sql.postgres_rules import like_pattern
from support.connections import translated

TABLES = {
    "T": {
        "i": "int",
        "n": "decimal(9,2)",
        "t": "varchar(9)",
        "d": "datetime",
        "b": "bit",
        "f": "float",
        "v": "varbinary(9)",
    }
}


def expression(sql):
    return translated(f"SELECT {sql} FROM T", "postgres", TABLES)[0].removeprefix("SELECT ").rpartition(" FROM ")[0]


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("b + 1", 'CAST("b" AS INT) + 1'), ("CASE WHEN b = 1 THEN 1 END", 'CASE WHEN "b" = TRUE THEN 1 END'), ("CAST(n AS int)", 'CAST(TRUNC(CAST("n" AS NUMERIC)) AS INTEGER)'),
        ("CAST(b AS varchar(5))", 'CAST(CAST("b" AS INT) AS VARCHAR(5))'), ("CAST(i AS bit)", '(CAST("i" AS NUMERIC) <> 0)'), ("CAST(1 AS datetime)", "CAST(TIMESTAMP '1900-01-01' + 1 * INTERVAL '1 day' AS TIMESTAMP(3))"),
        ("TRY_CAST('x' AS int)", "CAST(NULL AS INTEGER)"), ("CONVERT(datetime, t, 103)", "CAST(to_timestamp(\"t\", 'DD/MM/YYYY') AS TIMESTAMP(3))"), ("CHARINDEX('x', t)", "POSITION(LOWER('x') IN LOWER(CAST(\"t\" AS TEXT)))"),
        ("ROUND(f, 2)", 'CAST(ROUND(CAST("f" AS NUMERIC), 2) AS DOUBLE PRECISION)'), ("ROUND(n, 2, 1)", 'TRUNC(CAST("n" AS NUMERIC), 2)'), ("AVG(i)", 'CAST(TRUNC(AVG("i")) AS INT)'), ("LOG(f)", 'LN(CAST("f" AS DOUBLE PRECISION))'),
        ("CONVERT(varchar(20), v, 1)", "CAST(('0x' || UPPER(encode(\"v\", 'hex'))) AS VARCHAR(20))"), ("HASHBYTES('MD5', t)", "decode(md5(convert_to(CAST(\"t\" AS TEXT), 'WIN1252')), 'hex')"),
        ("STRING_AGG(t, ',') WITHIN GROUP (ORDER BY i)", "STRING_AGG(\"t\", ',' ORDER BY \"i\" NULLS FIRST)"),
    ],
)  # fmt: skip
def test_expressions(sql, text):
    assert expression(sql) == text


@pytest.mark.parametrize(
    "sql",
    [
        "HASHBYTES('MD2', t)",
        "CONVERT(varchar(9), d, @s)",
        "ROUND(n, 2, i)",
        "TRY_CONVERT(date, t, 103)",
        "CONVERT(varchar(9), d, 999)",
    ],
)
def test_refusals(sql):
    with pytest.raises(NotTranslatable):
        expression(sql)


def test_patterns():
    for pattern, text, fits in (
        ("a[0-9]%", "a5x", True),
        ("[^a]_", "ab", False),
        ("x.y", "xay", False),
        ("%[%]", "50%", True),
        ("a\\[", "a\\[", True),
    ):
        assert bool(re.search(like_pattern(pattern), text, re.DOTALL)) is fits
