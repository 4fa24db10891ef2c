"""Package configurations: XML files, environment variables, registry, SQL Server, parent variables (CONFIG_LOGGING §1)."""

from dtserve.package.configurations.apply import (
    Configured,
    configure,
    configure_from_file,
    configure_package,
    is_parent_variable,
)
from dtserve.package.configurations.base import ConfiguredValue, RegistryEntry, Sources, SqlLocation
from dtserve.package.configurations.registry_entry import registry_from_file
from dtserve.package.configurations.xml_file import parse_config_file, write_config_file

__all__ = [
    "Configured",
    "ConfiguredValue",
    "RegistryEntry",
    "Sources",
    "SqlLocation",
    "configure",
    "configure_from_file",
    "configure_package",
    "is_parent_variable",
    "parse_config_file",
    "registry_from_file",
    "write_config_file",
]
