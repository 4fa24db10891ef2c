""".dtsConfig files: written and read, broken ones named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources
from dtserve.package.configurations.xml_file import load, parse_config_file, write_config_file
from support.package_corpus import CORPUS, needs_corpus

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)


@given(st.lists(st.builds(ConfiguredValue, TEXT, TEXT, st.sampled_from(["String", "Int32"])), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read(values: list[ConfiguredValue]) -> None:
    data = write_config_file(values, generated_by="me & you", package_name="p", package_id="{1}", date="1/2/2020")
    assert parse_config_file(data) == values
    assert b"\n" not in data.replace(b"&#10;", b"")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"nonsense", 0x80012011), (b"<!DOCTYPE a><DTSConfiguration/>", 0x80012011), (b"<Other/>", 0x80012013), (b"<DTSConfiguration/>", 0x8001201D),
        (b'<DTSConfiguration><Configuration Path="p"/></DTSConfiguration>', 0x8001205A),
        (b"<DTSConfiguration><Configuration><ConfiguredValue/></Configuration></DTSConfiguration>", 0x8001205A),
    ],
)  # fmt: skip
def test_broken_files(data: bytes, code: int) -> None:
    with pytest.raises(ConfigurationFailed) as caught:
        parse_config_file(data)
    assert caught.value.notice.code == code


def test_names_that_are_none() -> None:
    with pytest.raises(ConfigurationFailed) as caught:
        load("a\0b", Sources())
    assert caught.value.notice.code == 0x80012012


def test_files_are_read_from_disk_by_default(tmp_path) -> None:
    path = tmp_path / "x.dtsConfig"
    path.write_bytes(write_config_file([ConfiguredValue("p", "v")]))
    assert load(str(path), Sources()) == [ConfiguredValue("p", "v")]


@needs_corpus
def test_the_files_of_the_collection() -> None:
    found = [parse_config_file(path.read_bytes()) for path in CORPUS.rglob("*.dtsConfig")]
    assert len(found) >= 5
    assert all(value.path.lower().startswith("\\package") for values in found for value in values)
