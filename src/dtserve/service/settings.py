"""The settings of ``dtserve.toml``: one table gives reading, the commented template and the documentation.

Each setting has a default, so that the file may be empty or absent. The environment goes
before the file: ``service.listen_port`` is ``DTSERVE_SERVICE_LISTEN_PORT``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dtserve.service.errors import BadSetting, BadSettingsFile, UnknownSetting

__all__ = [
    "MAPS",
    "NEWEST_SERVER",
    "SERVER_FORMATS",
    "SETTINGS",
    "MapSetting",
    "Setting",
    "Settings",
    "read_settings",
    "template",
]


@dataclass(frozen=True, slots=True)
class Setting:
    """One value: its dotted name, default (whose type is the type of the value), bounds, choices and meaning."""

    name: str
    default: str | int | bool
    text: str
    low: int = 0
    high: int = 2**53
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that goes before the file."""
        return "DTSERVE_" + self.name.upper().replace(".", "_")


@dataclass(frozen=True, slots=True)
class MapSetting:
    """A table or list of tables whose keys the user chooses; ``example`` is TOML."""

    name: str
    text: str
    example: str


SETTINGS: tuple[Setting, ...] = (
    Setting("service.config_file", "Binn/MsDtsSrvr.ini.xml",
            "Where the roots of the package store are configured; relative to the home folder."),
    Setting("service.listen_host", "127.0.0.1", "The address on which the service listens."),
    Setting("service.listen_port", 8730, "The port; 0 takes a free one.", 0, 65535),
    Setting("service.socket", "run/service.sock",
            "The local socket, where the operating system tells who calls; relative to the home folder, empty for none."),
    Setting("service.tls_certificate", "", "PEM file of the service's certificate with its chain; empty for no TLS."),
    Setting("service.tls_key", "", "PEM file of its key; empty when it stands in the certificate's file."),
    Setting("service.client_ca", "",
            "PEM file of the authority whose client certificates are taken as sign-in; empty for none."),
    Setting("service.client_crl", "",
            "PEM file of that authority's revocation list; certificates in it are refused. Empty for none."),
    Setting("service.trusted_proxies", "",
            "Addresses of proxies, separated by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed."),
    Setting("service.public_url", "",
            "The service's address as browsers see it, where a proxy stands before it: https://ssis.example.com."),
    Setting("service.shutdown_grace", 15,
            "Seconds that a stopping service waits for packages it has asked to stop; 0 does not wait.", 0, 86_400),
    Setting("service.max_watchers", 1000,
            "How many live streams are served at once; beyond it one is refused.", 1, 100_000),
    Setting("service.system_log", "auto",
            "Where entries of the event log also go: journald, syslog, windows, none, or auto for the first that is there.",
            choices=("auto", "journald", "syslog", "windows", "none")),
    Setting("service.journal_socket", "/run/systemd/journal/socket", "The socket of journald."),
    Setting("service.syslog_socket", "", "The socket of syslog; empty for the system's: /dev/log, /var/run/syslog."),
    Setting("log.format", "console",
            "How the service writes its log to standard error: console for people, json for what collects logs.",
            choices=("console", "json")),
    Setting("log.level", "warning",
            "What the log holds: debug, info (each request and each end of a run), warning or error.",
            choices=("debug", "info", "warning", "error")),
    Setting("access.min_password_length", 12, "The fewest characters of a password.", 8, 1024),
    Setting("access.administrators", "",
            "A group of the operating system whose members are administrators on the local socket; empty for none."),
    Setting("oidc.issuer", "", "The OpenID provider users may sign in with; empty for none."),
    Setting("oidc.client_id", "", "This service's name at the provider."),
    Setting("oidc.client_secret_file", "", "File with its secret; empty for a public client."),
    Setting("oidc.scopes", "openid email profile", "What is asked of the provider."),
    Setting("oidc.name_claim", "email", "The claim that becomes the user's name, behind oidc:."),
    Setting("oidc.groups_claim", "groups", "The claim that lists the user's groups, behind oidcgroup:."),
    Setting("oidc.ca", "", "PEM file of the authority of the provider's certificate; empty for the system's."),
    Setting("msdb.url", "",
            "The database behind the server `.`; empty for the SQLite file msdb.sqlite in the home folder. "
            "A SQLAlchemy URL otherwise: postgresql+psycopg://user@host/msdb."),
    Setting("limits.max_package_bytes", 256 * 1024 * 1024, "The largest package that a store takes.", 1),
    Setting("execution.folder", "Work",
            "Where relative paths begin in packages that have no folder of their own (those in msdb); "
            "relative to the home folder."),
    Setting("execution.registry_file", "",
            "The file that stands for the Windows registry in registry-entry configurations elsewhere; "
            "relative to the home folder, empty for none."),
    Setting("execution.max_memory", 0,
            "Memory in bytes that sorts, aggregates and joins of a run may use before they spill; "
            "0 takes a quarter of the machine."),
    Setting("execution.max_concurrent_packages", 16,
            "How many packages the service runs at once; others wait in the queue.", 1, 10_000),
    Setting("execution.max_queued_packages", 1000,
            "How many packages may wait; beyond it a start is refused.", 0, 1_000_000),
    Setting("execution.allowed_folders", "",
            "Folders of this machine, separated by semicolons, from which packages that are in no store may be run; "
            "relative to the home folder, empty for none."),
    Setting("history.keep_days", 365, "Days after which an ended execution is removed; 0 keeps it.", 0, 100_000),
    Setting("history.keep_executions", 100_000, "How many ended executions are kept; 0 keeps all.", 0, 2**31),
    Setting("audit.keep_days", 1095, "Days after which a row of the audit or the event log is removed; 0 keeps it.",
            0, 100_000),
    Setting("audit.keep_rows", 1_000_000, "How many rows of the audit, and of the event log, are kept; 0 keeps all.",
            0, 2**31),
    Setting("telemetry.endpoint", "",
            "Where traces are sent by OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; empty for nowhere."),
    Setting("telemetry.headers_file", "",
            "File with headers for it, such as a key, one Name: value per line; relative to the home folder."),
    Setting("telemetry.ca", "", "PEM file of the authority of its certificate; empty for the system's."),
    Setting("telemetry.sample_percent", 100, "How many of a hundred traces are kept.", 0, 100),
    Setting("telemetry.service_name", "dtserve", "The name under which traces show this service."),
    Setting("mail.server", "", "The mail server for alerts; empty for none."),
    Setting("mail.port", 587, "Its port.", 1, 65535),
    Setting("mail.security", "starttls", "How the connection is protected: starttls, tls or none."),
    Setting("mail.sender", "", "The address that alerts come from."),
    Setting("mail.user", "", "The user to sign in as; empty for none."),
    Setting("mail.password_file", "", "The file that holds that user's password; relative to the home folder."),
    Setting("versions.keep", 20, "How many replaced or deleted versions of each package are kept; 0 keeps none.",
            0, 100_000),
    Setting("versions.keep_days", 0,
            "Days after which a version that was replaced, or a package that was deleted, is forgotten; 0 keeps any age.",
            0, 100_000),
    Setting("dtutil.exists_miss_exit_code", 1,
            "What dtutil /EXISTS and /FEXISTS answer when nothing is there; the documentation names no number.", 1, 255),
)  # fmt: skip

MAPS: tuple[MapSetting, ...] = (
    MapSetting(
        "connections",
        "The connection map: which database a package's connection manager goes to on this machine.",
        '[connections]\n"Sales DW" = "postgresql://etl@localhost/sales"',
    ),
    MapSetting(
        "connection",
        "The same, one table per entry.",
        '[[connection]]\nserver = "PROD01"\ndatabase = "*"\nurl = "sqlite:////data/all.db"',
    ),
    MapSetting(
        "paths",
        "The path map: Windows path prefixes and the local folders they stand for.",
        '[paths]\n"C:\\\\data" = "/srv/data"',
    ),
    MapSetting(
        "shares",
        "Windows shares (SMB) that roots with a UNC path as StorePath use without mounting them. The password stands "
        "in password, in the file password_file or in the environment variable password_env; port and encrypt may be "
        "given.",
        '[shares]\n"\\\\\\\\files\\\\ssis" = { user = "CORP\\\\ssis", password_file = "/etc/dtserve/files.password" }',
    ),
    MapSetting(
        "servers",
        "SQL Server names of MsDtsSrvr.ini.xml, /SERVER, /SOURCESERVER and /DESTSERVER, and where their msdb is: a "
        "database with dtserve's tables, or with mssql:// a real SQL Server, through its own procedures.",
        '[servers]\n"PROD01\\\\SQL2019" = "postgresql+psycopg://ssis@db1/msdb"',
    ),
)


SERVER_FORMATS: Mapping[str, int] = {
    "2005": 2, "2008": 3, "2008R2": 3, "2012": 6, "2014": 8, "2016": 8, "2017": 8, "2019": 8, "2022": 8,
}  # fmt: skip
"""Version of SQL Server → the latest PackageFormatVersion that its msdb takes (FORMAT §2.1, SERVICE §9)."""
NEWEST_SERVER = "2022"


@dataclass(frozen=True)
class Settings:
    """The values in force; ``maps`` hold the tables with chosen keys as they stand in the file."""

    values: Mapping[str, str | int | bool]
    maps: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A setting that is text."""
        return str(self.values[name])

    def number(self, name: str) -> int:
        """A setting that is a number."""
        return int(self.values[name])

    def flag(self, name: str) -> bool:
        """A setting that is true or false."""
        return bool(self.values[name])


def read_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a file that may be absent; BadSettingsFile, UnknownSetting, BadSetting."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettingsFile(path=str(path), reason=str(error)) from None
    maps = {each.name: document.pop(each.name) for each in MAPS if each.name in document}
    given = _flatten(document)
    known = {each.name for each in SETTINGS}
    unknown = sorted(set(given) - known)
    if unknown:
        raise UnknownSetting(path=str(path), names=", ".join(unknown))
    environment = os.environ if environment is None else environment
    values = {each.name: _value(each, given.get(each.name), environment.get(each.variable)) for each in SETTINGS}
    for name, entries in maps.items():
        _check_map(name, entries)
    return Settings(values, maps)


def _flatten(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in document.items():
        section = isinstance(value, Mapping) and any(each.name.startswith(f"{prefix}{key}.") for each in SETTINGS)
        if isinstance(value, Mapping) and (value or section):
            found.update(_flatten(value, f"{prefix}{key}."))
        else:
            found[prefix + key] = value
    return found


def _value(setting: Setting, given: Any, variable: str | None) -> str | int | bool:
    value: Any = given
    if variable is not None:
        value = _from_text(setting, variable)
    if value is None:
        return setting.default
    if type(value) is not type(setting.default):
        wanted = {str: "text", int: "a whole number", bool: "true or false"}[type(setting.default)]
        raise BadSetting(name=setting.name, reason=f"{wanted} is wanted")
    if isinstance(value, int) and not isinstance(value, bool) and not setting.low <= value <= setting.high:
        raise BadSetting(name=setting.name, reason=f"{value} is not between {setting.low} and {setting.high}")
    if setting.choices and value not in setting.choices:
        raise BadSetting(name=setting.name, reason=f'"{value}" is none of {", ".join(setting.choices)}')
    kept: str | int | bool = value
    return kept


def _from_text(setting: Setting, text: str) -> Any:
    if isinstance(setting.default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.strip().lower(), text)
    if isinstance(setting.default, int):
        return int(text) if text.strip().lstrip("-").isdecimal() else text
    return text


def _check_map(name: str, entries: Any) -> None:
    if name == "connection":
        if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
            raise BadSetting(name=name, reason="write [[connection]] with double brackets")
        return
    if not isinstance(entries, Mapping):
        raise BadSetting(name=name, reason=f"write [{name}] and one line per entry")
    if name == "servers":
        _check_servers(entries)
    elif name == "shares":
        _check_shares(entries)
    elif name != "connections" and not all(isinstance(value, str) for value in entries.values()):
        raise BadSetting(name=name, reason="each entry is text")


def _check_servers(entries: Mapping[str, Any]) -> None:
    for server, value in entries.items():
        table = value if isinstance(value, Mapping) else {"url": value}
        fits = all(isinstance(each, str) for each in table.values()) and table.get("url")
        if not fits or set(table) - {"url", "version"} or table.get("version", NEWEST_SERVER) not in SERVER_FORMATS:
            versions = ", ".join(SERVER_FORMATS)
            reason = f'"{server}" must be a URL, or a table of url and version (one of {versions})'
            raise BadSetting(name="servers", reason=reason)


SHARE_KEYS: Mapping[str, type] = {
    "user": str, "password": str, "password_file": str, "password_env": str, "port": int, "encrypt": bool,
}  # fmt: skip


def _check_shares(entries: Mapping[str, Any]) -> None:
    for share, table in entries.items():
        fits = isinstance(table, Mapping) and all(type(value) is SHARE_KEYS.get(key) for key, value in table.items())
        if not fits:
            raise BadSetting(name="shares", reason=f'"{share}" is a table of {", ".join(SHARE_KEYS)}')


def template() -> str:
    """The file that is written on first use: every setting with its default, commented out."""
    lines = ["# Settings of dtserve; each line shows a default. See docs/reference/configuration.md.", ""]
    section = ""
    for setting in SETTINGS:
        head, _, key = setting.name.partition(".")
        if head != section:
            section = head
            lines.append(f"[{section}]")
        lines += [f"# {setting.text}", f"# {key} = {_toml(setting.default)}", ""]
    for each in MAPS:
        lines += [f"# {each.text}", *(f"# {line}" for line in each.example.splitlines()), ""]
    return "\n".join(lines)


def _toml(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
