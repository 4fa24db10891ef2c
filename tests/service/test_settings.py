"""dtserve.toml: defaults, the environment, what is refused by name, and the documentation of every setting."""

import re
import tomllib
from pathlib import Path

import pytest

from dtserve.service.errors import BadSetting, BadSettingsFile, UnknownSetting
from dtserve.service.settings import MAPS, SETTINGS, read_settings, template

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference" / "configuration.md"


def read(tmp_path, text, **environment):
    path = tmp_path / "dtserve.toml"
    path.write_text(text)
    return read_settings(path, environment)


def test_defaults(tmp_path):
    settings = read_settings(tmp_path / "absent.toml", {})
    for each in SETTINGS:
        assert settings.values[each.name] == each.default
    assert settings.maps == {}


def test_the_template_changes_nothing(tmp_path):
    assert read(tmp_path, template()) == read_settings(tmp_path / "absent.toml", {})
    uncommented = re.sub(r"^# (\S+ = |\[|\")", r"\1", template(), flags=re.MULTILINE)
    assert read(tmp_path, uncommented).values == read_settings(tmp_path / "absent.toml", {}).values
    assert set(tomllib.loads(uncommented)) >= {each.name for each in MAPS}


def test_file_and_environment(tmp_path):
    text = "service.listen_port = 1\n[versions]\nkeep = 3\n"
    assert read(tmp_path, text).number("service.listen_port") == 1
    settings = read(tmp_path, text, DTSERVE_SERVICE_LISTEN_PORT="2", DTSERVE_MSDB_URL="sqlite://")
    assert (settings.number("service.listen_port"), settings.number("versions.keep")) == (2, 3)
    assert settings.text("msdb.url") == "sqlite://"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[service]\nlisten_prot = 1", "service.listen_prot"),
        ("[nothing]\na = 1\nb = 2", "nothing.a, nothing.b"),
        ("[nothing]", "nothing"),
        ("x = 1", "x"),
        ("[service.listen_port]\nx = 1", "service.listen_port.x"),
    ],
)
def test_unknown_settings_are_named(tmp_path, text, names):
    with pytest.raises(UnknownSetting) as caught:
        read(tmp_path, text)
    assert names in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "service.listen_port = 'x'",
        "service.listen_port = 70000",
        "service.listen_port = true",
        "service.listen_host = 1",
        "versions.keep = -1",
        "connection = 1",
        "[connection]\nurl = 'x'",
        "connections = 1",
        "[paths]\nx = 1",
        "[servers]\nx = 1",
        "[servers]\nx = {url = 'u', version = '7'}",
        "[servers]\nx = {version = '2008'}",
        "service = 1",
    ],
)
def test_values_that_do_not_fit(tmp_path, text):
    with pytest.raises((BadSetting, UnknownSetting)):
        read(tmp_path, text)


def test_bad_values_of_the_environment(tmp_path):
    with pytest.raises(BadSetting, match=r"service\.listen_port"):
        read(tmp_path, "", DTSERVE_SERVICE_LISTEN_PORT="many")


@pytest.mark.parametrize("data", [b"= 1", b"\xff\xfe", b"[a"])
def test_what_is_no_toml(tmp_path, data):
    (tmp_path / "dtserve.toml").write_bytes(data)
    with pytest.raises(BadSettingsFile):
        read_settings(tmp_path / "dtserve.toml", {})


def test_every_setting_has_its_heading_and_default_in_the_docs():
    text = DOCS.read_text()
    headings = set(re.findall(r"^### (\S+)$", text, re.MULTILINE))
    assert headings >= {each.name for each in SETTINGS} | {f"[{each.name}]" for each in MAPS}
    for each in SETTINGS:
        chapter = text[text.index(f"### {each.name}\n") :].split("\n### ")[0]
        default = f'`"{each.default}"`' if isinstance(each.default, str) else f"`{str(each.default).lower()}`"
        assert f"Default: {default}" in chapter, each.name
        assert each.variable in chapter, each.name
