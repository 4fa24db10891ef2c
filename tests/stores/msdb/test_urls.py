"""URLs of msdb databases."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.stores.msdb.urls import sqlite_url


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_they_are_those_of_sqlalchemy(text) -> None:
    path = Path(text)
    url = sqlite_url(path)
    assert sa.make_url(url).database == str(path)
    assert url == sa.URL.create("sqlite", database=str(path)).render_as_string(hide_password=False)


@pytest.mark.parametrize("text", ["/a b/x%20?#@+.db", "relative.db", "C:\\x\\y.db", "/ä/é.db"])
def test_names_of_files(text) -> None:
    assert sa.make_url(sqlite_url(Path(text))).database == text
