"""Applying the configurations of a package in order (CONFIG_LOGGING §1.3).

``dtexec`` applies the design-time configurations, then its options, then the same
configurations again from the places now in effect, then those from parent variables. One
call of :func:`configure` is one of these passes. A configuration that cannot be loaded is a
warning; the design value stays and the run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from dtserve.errors import DtserveError
from dtserve.package import overrides
from dtserve.package.configurations import (
    environment_variable,
    parent_variable,
    registry_entry,
    sql_server,
    xml_file,
)
from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources, warning
from dtserve.package.errors import (
    Notice,
    PathConversionFailed,
    PathMalformed,
    PathReadOnly,
    PathRootMissing,
)
from dtserve.package.model import Configuration, Package

__all__ = ["Configured", "configure", "configure_from_file", "configure_package", "is_parent_variable", "load_values"]

PARENT_VARIABLE, XML_FILE, ENVIRONMENT, REGISTRY, SQL_SERVER = 0, 1, 2, 3, 7
_INDIRECT = {4: PARENT_VARIABLE, 5: XML_FILE, 6: REGISTRY, 8: SQL_SERVER, 9: SQL_SERVER}
"""Indirect kinds: an environment variable holds the string of the direct one.

FORMAT §5.1 lists 9 as indirect SQL Server and 8 as the obsolete ini file; CONFIG_LOGGING §1.1
lists 8 as indirect SQL Server. No tool writes ini files, so 8 is read as the latter: UNVERIFIED.
"""

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Configured(Generic[S]):
    """The result of a pass: the changed subject, messages in order, names of the configurations that failed."""

    subject: S
    notices: tuple[Notice, ...] = ()
    failed: tuple[str, ...] = ()


def is_parent_variable(configuration: Configuration) -> bool:
    """Whether a configuration reads a variable of the calling package, directly or indirectly."""
    return _INDIRECT.get(configuration.type, configuration.type) == PARENT_VARIABLE


def load_values(
    configuration: Configuration, package: Package, sources: Sources
) -> tuple[list[ConfiguredValue], list[Notice]]:
    """What one configuration gives, and the messages on the way; raises ConfigurationFailed."""
    kind, text, target = configuration.type, configuration.string, configuration.variable
    notices: list[Notice] = []
    if kind in _INDIRECT:
        text = environment_variable.look_up(text, sources)
        kind = _INDIRECT[kind]
    if kind == XML_FILE:
        notices.append(xml_file.attempt(text))
        return xml_file.load(text, sources), notices
    if kind == SQL_SERVER:
        notices.append(sql_server.attempt(text))
        return sql_server.load(text, package, sources), notices
    if kind == ENVIRONMENT:
        notices.append(environment_variable.attempt(text))
        return environment_variable.load(text, target, sources), notices
    if kind == REGISTRY:
        notices.append(registry_entry.attempt(text))
        return registry_entry.load(text, target, sources), notices
    if kind == PARENT_VARIABLE:
        notices.append(parent_variable.attempt(text))
        return parent_variable.load(text, target, sources), notices
    raise ConfigurationFailed(warning(0x80012016, configuration.name))


def configure(
    subject: S,
    sources: Sources,
    *,
    package_of: Callable[[S], Package],
    setter: Callable[[S, str, str], S],
    wanted: Callable[[Configuration], bool],
) -> Configured[S]:
    """One pass over the configurations of a package that ``wanted`` accepts, in stored order.

    ``setter`` gives the subject with a property path set and raises a DtserveError when it
    cannot. Nothing happens unless the package has EnableConfigurations.
    """
    package = package_of(subject)
    if not package.enable_configurations:
        return Configured(subject)
    notices: list[Notice] = []
    failed: list[str] = []
    for configuration in package.configurations:
        if not wanted(configuration):
            continue
        try:
            values, told = load_values(configuration, package_of(subject), sources)
        except ConfigurationFailed as error:
            notices += [error.notice, warning(0x80012059, configuration.name)]
            failed.append(configuration.name)
            continue
        notices += told
        subject, problems = _apply_values(subject, values, setter)
        if problems:
            notices += [*problems, warning(0x80012059, configuration.name)]
            failed.append(configuration.name)
    if package_of(subject).suppress_configuration_warnings:
        notices = [each for each in notices if each.severity != "warning"]
    return Configured(subject, tuple(notices), tuple(failed))


def _apply_values(
    subject: S, values: Iterable[ConfiguredValue], setter: Callable[[S, str, str], S]
) -> tuple[S, list[Notice]]:
    problems: list[Notice] = []
    for each in values:
        try:
            subject = setter(subject, each.path, each.value)
        except DtserveError as error:
            problems.append(warning(_warning_code(error), each.path))
    return subject, problems


def _warning_code(error: DtserveError) -> int:
    """The warning a value that could not be set gives."""
    if isinstance(error, PathRootMissing):
        return 0x80012018
    if isinstance(error, PathMalformed):
        return 0x80012019
    if isinstance(error, PathReadOnly):
        return 0x80012057
    return 0x80012028 if isinstance(error, PathConversionFailed) else 0x80012017


def configure_package(package: Package, sources: Sources, *, parent_variables: bool = False) -> Configured[Package]:
    """One pass over a package alone: its design-time configurations, or (``parent_variables``) only those kinds."""
    return configure(
        package,
        sources,
        package_of=lambda each: each,
        setter=overrides.apply,
        wanted=lambda each: is_parent_variable(each) == parent_variables,
    )


def configure_from_file(subject: S, path: str, sources: Sources, setter: Callable[[S, str, str], S]) -> Configured[S]:
    """Apply one more ``.dtsConfig`` (``/CONFIGFILE``), whatever EnableConfigurations says."""
    try:
        values = xml_file.load(path, sources)
    except ConfigurationFailed as error:
        return Configured(subject, (xml_file.attempt(path), error.notice), (path,))
    subject, problems = _apply_values(subject, values, setter)
    return Configured(subject, (xml_file.attempt(path), *problems), (path,) if problems else ())
