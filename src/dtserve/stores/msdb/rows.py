"""Rows of msdb as facts of packages, and packages as rows (MSDB §1)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from dtserve.stores.base import PackageInfo, StorePath
from dtserve.stores.facts import PackageFacts, content_hash

__all__ = ["NO_ID", "PACKAGE_FORMATS", "guid_text", "listed_info", "package_columns", "utc_now"]

NO_ID = uuid.UUID(int=0)
"""The zero GUID: the root folder, and the id of a package that cannot be read."""
PACKAGE_FORMATS: Mapping[int, int] = {2: 2, 3: 3, 6: 3, 8: 3}
"""PackageFormatVersion → packageformat; the documentation stops at 3, «2008 or later» (MSDB §9)."""


def utc_now() -> datetime:
    """The time of a new row: UTC, without zone, as datetime columns hold it."""
    return datetime.now(UTC).replace(tzinfo=None)


def guid_text(value: uuid.UUID) -> str:
    """A GUID as packages write it; empty for the zero GUID."""
    return "" if value == NO_ID else "{" + str(value).upper() + "}"


def listed_info(path: StorePath, row: Mapping[str, Any], names: Mapping[bytes, str] | None = None) -> PackageInfo:
    """A row of sp_ssis_listpackages; dtserve's own columns where the database has them."""

    def name_of(column: str) -> str:
        sid = row.get(column)
        return (names or {}).get(bytes(sid), "") if sid is not None else ""

    created = _epoch(row["createdate"])
    level = row.get("protectionlevel", -1)
    return PackageInfo(
        name=path[-1],
        path=path,
        package_id=guid_text(row["id"]),
        version_id=guid_text(row["verid"]),
        description=row["description"] or "",
        size=row["datalength"],
        created=created,
        modified=_epoch(row["modifieddate"]) if "modifieddate" in row else created,
        package_format=row.get("formatversion", 0),
        package_type=row.get("packagetype", 0),
        version_major=row["vermajor"],
        version_minor=row["verminor"],
        version_build=row["verbuild"],
        version_comments=row["vercomments"] or "",
        protection_level=level,
        encrypted=level in (3, 4),
        read_role=name_of("readrolesid"),
        write_role=name_of("writerolesid"),
        owner=name_of("ownersid"),
        revision=row["contenthash"][:32],
    )


def package_columns(data: bytes, facts: PackageFacts) -> dict[str, Any]:
    """The row of a package, but for what sp_ssis_putpackage fills in itself."""
    return {
        "id": _uuid(facts.package_id),
        "description": facts.description,
        "createdate": facts.created or utc_now(),
        "packagedata": data,
        "packageformat": PACKAGE_FORMATS.get(facts.format_version, 3),
        "packagetype": facts.package_type,
        "vermajor": facts.version_major,
        "verminor": facts.version_minor,
        "verbuild": facts.version_build,
        "vercomments": facts.version_comments,
        "verid": _uuid(facts.version_id),
        "datasize": len(data),
        "modifieddate": utc_now(),
        "contenthash": content_hash(data),
        "formatversion": facts.format_version,
        "protectionlevel": facts.protection_level,
    }


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return NO_ID


def _epoch(moment: datetime) -> float:
    return moment.replace(tzinfo=UTC).timestamp()
