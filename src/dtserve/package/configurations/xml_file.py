"""XML configuration files, ``.dtsConfig`` (FORMAT §5.2): reading and writing."""

from __future__ import annotations

from collections.abc import Iterable

from dtserve.errors import PackageError
from dtserve.package.configurations.base import ConfigurationFailed, ConfiguredValue, Sources, warning
from dtserve.package.errors import Notice
from dtserve.package.xml import parse_xml

__all__ = ["load", "parse_config_file", "write_config_file"]


def load(path: str, sources: Sources) -> list[ConfiguredValue]:
    """The values of a configuration file; raises ConfigurationFailed with SSIS's warning."""
    if not path.strip() or "\0" in path:
        raise ConfigurationFailed(warning(0x80012012, path))
    try:
        data = sources.read_file(path)
    except (OSError, ValueError):
        raise ConfigurationFailed(warning(0x80012014, path)) from None
    return parse_config_file(data)


def parse_config_file(data: bytes) -> list[ConfiguredValue]:
    """The values of a ``.dtsConfig`` in order; raises ConfigurationFailed."""
    try:
        root = parse_xml(data)
    except PackageError:
        raise ConfigurationFailed(warning(0x80012011)) from None
    if root.tag != "DTSConfiguration":
        raise ConfigurationFailed(warning(0x80012013))
    found = []
    for each in root.iterchildren("Configuration"):
        path, value = each.get("Path"), each.find("ConfiguredValue")
        if path is None or value is None:
            raise ConfigurationFailed(warning(0x8001205A, path or each.get("ConfiguredType") or ""))
        found.append(ConfiguredValue(path, "".join(value.itertext()), each.get("ValueType") or "String"))
    if not found:
        raise ConfigurationFailed(warning(0x8001201D))
    return found


def write_config_file(
    values: Iterable[ConfiguredValue],
    *,
    generated_by: str = "",
    package_name: str = "",
    package_id: str = "",
    date: str = "",
) -> bytes:
    """A ``.dtsConfig`` with these values, on one line as SSIS writes it, UTF-8."""
    from xml.sax.saxutils import escape, quoteattr  # it loads the modules of HTTP

    entries = "".join(
        f'<Configuration ConfiguredType="Property" Path={quoteattr(each.path)} ValueType={quoteattr(each.value_type)}>'
        f"<ConfiguredValue>{escape(each.value)}</ConfiguredValue></Configuration>"
        for each in values
    )
    heading = (
        f"<DTSConfigurationHeading><DTSConfigurationFileInfo GeneratedBy={quoteattr(generated_by)} "
        f"GeneratedFromPackageName={quoteattr(package_name)} GeneratedFromPackageID={quoteattr(package_id)} "
        f"GeneratedDate={quoteattr(date)}/></DTSConfigurationHeading>"
    )
    text = f'<?xml version="1.0"?><DTSConfiguration>{heading}{entries}</DTSConfiguration>'
    return text.encode("utf-8")


def attempt(path: str) -> Notice:
    """The information event raised before the file is read."""
    message = f'The package is attempting to configure from the XML file "{path}".'
    return Notice(0x40016041, "DTS_I_CONFIGFROMFILE", message, "information")
