"""Random T-SQL expressions that make sense, over the columns of :data:`SETUP`."""

from __future__ import annotations

from random import Random

__all__ = ["SETUP", "Expressions"]

SETUP = (
    "CREATE TABLE T (a int, b nvarchar(20), c datetime, d decimal(9,2), e bit, f float, g date)",
    "INSERT INTO T VALUES (1, 'abc', '2024-01-31 10:20:30', 1.5, 1, 2.5, '2024-02-29'), (-7, '  x ', '1999-12-31', -2.25, 0, -0.5, '2000-01-01'), "
    "(NULL, NULL, NULL, NULL, NULL, NULL, NULL), (0, '', '20240101', 0, 1, 0, '20240101')",
)
SPANS = ["day", "month", "year", "week", "quarter"]
PARTS = ["day", "month", "year", "hour", "week", "dw", "dy", "quarter"]
STYLES = [101, 103, 112, 120, 121, 108, 100, 23, 126, 106]


class Expressions:
    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def any(self) -> str:
        return self.random.choice([self.number, self.text, self.date])(self.random.choice([1, 2, 3]))

    def number(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0:
            return pick(["a", "d", "f", "1", "2.5", "-3", "7"])
        one, two = self.number(depth - 1), self.number(depth - 1)
        return pick([
            f"({one} {pick('+-*/')} {two})", f"ABS({one})", f"ROUND({one}, 1)", f"FLOOR({one})", f"CEILING({one})", f"SIGN({one})", f"POWER({one}, 2)", f"ROUND({one}, 0, 1)",
            f"CASE WHEN {one} > {two} THEN {one} ELSE {two} END", f"CAST({one} AS {pick(['int', 'decimal(9,2)', 'float', 'bigint'])})",
            f"DATEDIFF({pick([*SPANS, 'hour', 'minute'])}, {self.date(depth - 1)}, {self.date(depth - 1)})", f"DATEPART({pick(PARTS)}, {self.date(depth - 1)})", f"LEN({self.text(depth - 1)})",
            f"CHARINDEX('b', {self.text(depth - 1)})", f"ISNUMERIC({self.text(depth - 1)})", f"ASCII({self.text(depth - 1)})", f"ISNULL({one}, {two})",
            f"(SELECT {pick(['MAX', 'MIN', 'SUM', 'COUNT', 'AVG'])}({one}) FROM T)",
        ])  # fmt: skip

    def text(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0:
            return pick(["b", "'abc'", "N'x y'", "''", "'B'"])
        one, two = self.text(depth - 1), self.text(depth - 1)
        return pick([
            f"({one} + {two})", f"UPPER({one})", f"LEFT({one}, 2)", f"RIGHT({one}, 2)", f"SUBSTRING({one}, 2, 2)", f"REPLACE({one}, 'b', 'zz')", f"LTRIM({one})", f"RTRIM({one})", f"REVERSE({one})",
            f"ISNULL({one}, 'n')", f"CAST({pick(['a', 'd', 'e'])} AS varchar(10))", f"CONVERT(varchar(30), {self.date(depth - 1)}, {pick(STYLES)})", f"CONCAT({one}, {pick(['a', 'd', 'e', '5'])})",
            f"STUFF({one}, 1, 1, 'q')", f"REPLICATE({one}, 2)", f"DATENAME({pick(['month', 'dw', 'year'])}, {self.date(depth - 1)})", f"COALESCE({one}, {two})",
        ])  # fmt: skip

    def date(self, depth: int) -> str:
        pick = self.random.choice
        if depth <= 0:
            return pick(["c", "g", "CAST('20240229' AS datetime)", "CAST('2023-12-31 23:59:59' AS datetime)"])
        one, two = self.date(depth - 1), self.date(depth - 1)
        return pick([
            f"DATEADD({pick(SPANS)}, {pick(['1', '-3', 'a', '40'])}, {one})", f"CAST({one} AS date)", f"EOMONTH({one})", f"ISNULL({one}, '19000101')", f"CASE WHEN {one} > {two} THEN c END",
            "DATEFROMPARTS(2024, 2, 3)", f"DATEADD(hour, 5, CAST({one} AS datetime))",
        ])  # fmt: skip
