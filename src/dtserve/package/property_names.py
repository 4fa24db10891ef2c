"""Names of properties that packages and connection managers have without running anything of it.

A path to a property that nobody knows is an error, not a value that is kept and never read.
"""

from __future__ import annotations

from dtserve.package.model import ConnectionManager

__all__ = ["has_connection_property", "has_package_property"]

# properties of a package that can be set and concern the designer, dumps, or signing
_PACKAGE = frozenset({
    "certificatecontext", "certificateobject", "checksignatureonload", "debugmode", "designevents", "dumpdescriptor",
    "dumponanyerror", "dumponerror", "encryptcheckpoints", "forcedexecutionvaluetype", "ignoreconfigurationsonload",
    "interactivemode", "loggingmode", "offlinemode", "packagepassword", "packagepriorityclass", "packagetype",
    "safemode", "suspendrequired", "updateobjects", "updatepackage",
})  # fmt: skip
_COMMON = (
    "connectbyproxy connectionstring delayvalidation description hosttype name protectionlevel supportsdtctransactions"
)
_DATABASE = (
    "certificate connectretrycount connectretryinterval initialcatalog password retain retainsameconnection servername"
    " qualifier username"
)
_FLAT = (
    "alwayscheckforrowdelimiters codepage columndelimiter columnnamesinfirstdatarow columntype datarowstoskip fileusagetype"
    " format headerrowdelimiter headerrowstoskip localeid rowdelimiter textqualifier textqualified unicode"
)
_KINDS = {
    kind: frozenset(f"{_COMMON} {more}".split())
    for kind, more in {
        "OLEDB": _DATABASE,
        "ADO.NET": _DATABASE,
        "ODBC": _DATABASE,
        "EXCEL": f"{_DATABASE} excelfilepath excelversionnumber firstrowhascolumnname firstrowhascolumnnames",
        "FLATFILE": _FLAT,
        "MULTIFLATFILE": _FLAT,
        "FILE": "fileusagetype",
        "MULTIFILE": "fileusagetype",
        "CACHE": "usefile filename",
        "FTP": "chunksize retries serverpassword serverport servername serverusername timeout usepassivemode",
        "HTTP": "bypasslist bypassproxyonlocal certificate certificateidentifier chunksize proxydomain proxypassword"
        " proxyurl proxyusername serverdomain serverpassword serverurl serverusername timeout useclientcertificate"
        " useproxy useproxycredentials usesecureconnection useservercredentials",
        "SMTP": "enablessl smtpserver timeout usewindowsauthentication",
    }.items()
}


def has_package_property(name: str) -> bool:
    """Whether a package has a property of that name, besides those its model has a field for."""
    return name.lower() in _PACKAGE


def has_connection_property(connection: ConnectionManager, name: str) -> bool:
    """Whether a connection manager has a property of that name; unknown kinds may have any."""
    known = _KINDS.get(connection.creation_name.partition(":")[0].upper())
    key = name.lower()
    return (
        known is None
        or key in known
        or any(key == each.lower() for each in (*connection.properties, *connection.sensitive))
    )
