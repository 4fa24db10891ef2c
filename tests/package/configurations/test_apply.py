"""Configurations in order, again, and from parent variables; warnings as SSIS gives them."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dtserve.package.configurations import (
    ConfiguredValue,
    RegistryEntry,
    Sources,
    SqlLocation,
    configure_from_file,
    configure_package,
    is_parent_variable,
    write_config_file,
)
from dtserve.package.errors import ProtectFailed
from dtserve.package.model import Configuration, Package
from dtserve.package.overrides import apply
from support.package_texts import sample

VALUE = r"\Package.Variables[User::File].Properties[Value]"


def package(*configurations: Configuration, suppress: bool = False) -> Package:
    return replace(sample(8).model, configurations=configurations, suppress_configuration_warnings=suppress)


def value(package: Package) -> str | None:
    return package.variables[1].value


def files(**content: bytes):
    def read(path: str) -> bytes:
        try:
            return content[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    return read


def rows(package: Package, location: SqlLocation) -> Sequence[ConfiguredValue]:
    text = next(c.properties["ConnectionString"] for c in package.connections if c.name == location.connection)
    if "broken" in text:
        raise ProtectFailed(detail="no connection")
    return [ConfiguredValue(VALUE, f"{location.filter} from {text}")] if location.filter != "none" else []


SOURCES = Sources(
    environment={"NAME": "from env", "FILE": "a", "KEY": "App\\X", "SQL": '"Db";"[dbo].[T]";"F";', "PARENT": "User::P"},
    read_file=files(
        a=write_config_file([ConfiguredValue(VALUE, "from file")]), b=write_config_file([ConfiguredValue(VALUE, "b")])
    ),
    read_rows=rows,
    read_registry={"App\\X": RegistryEntry("from registry", "String"), "Empty": RegistryEntry(None)}.get,
    parent_variable={"User::P": "from parent"}.get,
)


@pytest.mark.parametrize(
    ("kind", "text", "wanted", "told"),
    [
        (1, "a", "from file", 0x40016041), (2, "NAME", "from env", 0x40016038), (3, "App\\X", "from registry", 0x40016037),
        (5, "FILE", "from file", 0x40016041), (6, "KEY", "from registry", 0x40016037),
        (7, '"Db";"[dbo].[T]";"F";', "F from Data Source=.;User ID=sa;Initial Catalog=tempdb;", 0x40016040),
        (8, "SQL", "F from Data Source=.;User ID=sa;Initial Catalog=tempdb;", 0x40016040), (9, "SQL", "F from Data Source=.;User ID=sa;Initial Catalog=tempdb;", 0x40016040),
        (2, "name", "from env", 0x40016038),
    ],
)  # fmt: skip
def test_each_kind(kind: int, text: str, wanted: str, told: int) -> None:
    result = configure_package(package(Configuration("C", kind, text, VALUE)), SOURCES)
    assert value(result.subject) == wanted
    assert [n.code for n in result.notices] == [told]
    assert result.notices[0].severity == "information"
    assert result.failed == ()


@pytest.mark.parametrize(("kind", "text"), [(0, "User::P"), (4, "PARENT")])
def test_parent_variables_have_a_pass_of_their_own(kind: int, text: str) -> None:
    subject = package(Configuration("P", kind, text, VALUE), Configuration("F", 1, "a"))
    assert is_parent_variable(subject.configurations[0])
    assert value(configure_package(subject, SOURCES).subject) == "from file"
    assert value(configure_package(subject, SOURCES, parent_variables=True).subject) == "from parent"


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (1, "none", 0x80012014), (1, "", 0x80012012), (2, "NONE", 0x80019003), (3, "None", 0x80012015), (3, "Empty", 0x80012026), (5, "NONE", 0x80019003),
        (7, '"Db";"T";"none";', 0x80012054), (7, "nonsense", 0x80012019), (10, "x", 0x80012016), (99, "x", 0x80012016),
    ],
)  # fmt: skip
def test_what_cannot_be_loaded_is_a_warning_and_the_old_value_stays(kind: int, text: str, code: int) -> None:
    result = configure_package(
        package(
            Configuration("Conf", kind, text, VALUE),
            Configuration("Next", 2, "NAME", r"\Package.Variables[Server].Value"),
        ),
        SOURCES,
    )
    assert [n.code for n in result.notices if n.severity == "warning"] == [code, 0x80012059]
    assert '"Conf"' in result.notices[1].message
    assert result.failed == ("Conf",)
    assert value(result.subject) == "a < b"
    assert result.subject.variables[2].value == "from env"


def test_no_parent_and_no_such_variable() -> None:
    subject = package(Configuration("P", 0, "User::Q", VALUE))
    assert configure_package(subject, SOURCES, parent_variables=True).notices[0].code == 0x8001201C
    assert (
        configure_package(subject, replace(SOURCES, parent_variable=None), parent_variables=True).notices[0].code
        == 0x8001201A
    )


@pytest.mark.parametrize(
    ("path", "text", "code"),
    [
        ("Package.X", "1", 0x80012018), (r"\Package.Variables[X", "1", 0x80012019), (r"\Package.Variables[X].Value", "1", 0x80012017),
        (r"\Package.Variables[Count].Value", "abc", 0x80012028), (r"\Package.Properties[ID]", "x", 0x80012057),
    ],
)  # fmt: skip
def test_values_that_cannot_be_set(path: str, text: str, code: int) -> None:
    sources = replace(
        SOURCES, read_file=files(a=write_config_file([ConfiguredValue(path, text), ConfiguredValue(VALUE, "kept")]))
    )
    result = configure_package(package(Configuration("C", 1, "a")), sources)
    assert [n.code for n in result.notices][1:] == [code, 0x80012059]
    assert value(result.subject) == "kept"


def test_later_entries_win_and_earlier_ones_redirect_them() -> None:
    redirect = write_config_file(
        [ConfiguredValue(r"\Package.Connections[Db].Properties[ConnectionString]", "Data Source=new;")]
    )
    sources = replace(SOURCES, read_file=files(a=redirect))
    subject = package(Configuration("File", 1, "a"), Configuration("Sql", 7, '"Db";"T";"F";'))
    assert value(configure_package(subject, sources).subject) == "F from Data Source=new;"
    assert value(configure_package(package(*reversed(subject.configurations)), sources).subject).endswith("tempdb;")


def test_the_second_pass_reads_the_place_that_set_named() -> None:
    subject = package(Configuration("C", 1, "a"))
    first = configure_package(subject, SOURCES).subject
    overridden = apply(first, VALUE, "by /SET")
    assert value(configure_package(overridden, SOURCES).subject) == "from file"
    redirected = apply(first, r"\Package.Configurations[C].Properties[ConfigurationString]", "b")
    assert value(configure_package(redirected, SOURCES).subject) == "b"


def test_a_sql_error_is_a_warning_with_its_reason() -> None:
    subject = apply(
        package(Configuration("C", 7, '"Db";"T";"F";')),
        r"\Package.Connections[Db].Properties[ConnectionString]",
        "broken",
    )
    warning = configure_package(subject, SOURCES).notices[0]
    assert warning.code == 0x80012051
    assert "no connection" in warning.message
    assert configure_package(subject, replace(SOURCES, read_rows=None)).notices[0].code == 0x80012051


def test_nothing_happens_when_configurations_are_off_and_warnings_can_be_hidden() -> None:
    subject = package(Configuration("C", 1, "none"))
    assert configure_package(replace(subject, enable_configurations=False), SOURCES).notices == ()
    hidden = configure_package(package(Configuration("C", 1, "none"), suppress=True), SOURCES)
    assert hidden.notices == ()
    assert hidden.failed == ("C",)


def test_one_more_file_from_the_command_line() -> None:
    subject = replace(package(), enable_configurations=False)
    result = configure_from_file(subject, "a", SOURCES, apply)
    assert value(result.subject) == "from file"
    assert configure_from_file(subject, "none", SOURCES, apply).failed == ("none",)
