"""The SQL statements of msdb's procedures, made once: building them anew costs more than running them."""

from __future__ import annotations

import sqlalchemy as sa

from dtserve.stores.msdb.schema import folders, packages, principals

__all__ = [
    "GET_FOLDER",
    "GET_ROOT",
    "INSERT",
    "LISTING",
    "LIST_FOLDERS",
    "LIST_PACKAGES",
    "LIST_ROOT",
    "ONE_PACKAGE",
    "PRINCIPAL",
    "PRINCIPALS",
    "ROW",
    "UPDATE",
    "WHOLE_ROW",
]

_parent = folders.alias("parent")
FOLDER = sa.select(
    folders.c.folderid, folders.c.foldername, folders.c.parentfolderid, _parent.c.foldername
).select_from(folders.outerjoin(_parent, folders.c.parentfolderid == _parent.c.folderid))
GET_FOLDER = FOLDER.where(
    folders.c.namekey == sa.bindparam("namekey"), folders.c.parentfolderid == sa.bindparam("parent")
)
GET_ROOT = FOLDER.where(folders.c.namekey == sa.bindparam("namekey"), folders.c.parentfolderid.is_(None))
FOLDERS = sa.select(folders.c.folderid, folders.c.parentfolderid, folders.c.foldername).order_by(folders.c.namekey)
LIST_FOLDERS = FOLDERS.where(folders.c.parentfolderid == sa.bindparam("parent"))
LIST_ROOT = FOLDERS.where(folders.c.parentfolderid.is_(None))
_p = packages.c
LISTING = (
    sa.select(_p.name, _p.id, _p.description, _p.createdate, _p.folderid)
    .add_columns(_p.datasize.label("datalength"))
    .add_columns(_p.vermajor, _p.verminor, _p.verbuild, _p.vercomments, _p.verid)
    .add_columns(_p.packagetype, _p.isencrypted, _p.ownersid, _p.readrolesid, _p.writerolesid)
    .add_columns(_p.modifieddate, _p.contenthash, _p.formatversion, _p.protectionlevel)
)
LIST_PACKAGES = LISTING.where(_p.folderid == sa.bindparam("folder")).order_by(_p.namekey)
HERE = sa.and_(_p.namekey == sa.bindparam("package"), _p.folderid == sa.bindparam("folder"))
ONE_PACKAGE = LISTING.where(HERE)
ROW = sa.select(_p.name, _p.ownersid, _p.readrolesid, _p.writerolesid).where(HERE)
WHOLE_ROW = ROW.add_columns(_p.packagedata, _p.contenthash)
INSERT = sa.insert(packages)
UPDATE = sa.update(packages).where(HERE)
PRINCIPALS = sa.select(principals.c.sid, principals.c.name)
PRINCIPAL = sa.select(principals.c.name).where(principals.c.sid == sa.bindparam("of"))
