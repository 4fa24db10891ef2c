"""The package store as one caller may see and change it: every operation is decided before a store is touched.

What msdb's procedures check, they check again with the caller's login; only where a folder's role gives more
than they know of, the store is asked as sysadmin after the decision here. Refusals say nothing of what exists.
"""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

from dtserve.errors import AccessDenied, DtserveError
from dtserve.service.access_errors import RoleNotFound
from dtserve.service.grants import Grants
from dtserve.service.identity import Identity
from dtserve.service.package_access import FOLDER, PACKAGE, Facts, PackageRules, Rule, may
from dtserve.service.roots import SQL_SERVER_FOLDER
from dtserve.stores.base import Attachment, Caller, FolderEntry, PackageInfo, PackageStore, StorePath, WalkFailure
from dtserve.stores.errors import RootNotFound
from dtserve.stores.names import name_key, strip_extension
from dtserve.stores.tree import PackageTree, Root
from dtserve.stores.versioned import VersionedStore

__all__ = ["GuardedTree"]


class GuardedTree(PackageTree):
    """A tree with the rights of one identity; AccessDenied for whatever they do not allow."""

    def __init__(self, tree: PackageTree, identity: Identity, rules: PackageRules, grants: Grants) -> None:
        self._everything = tree
        self._identity = identity
        self._rules = rules
        self._grants = grants
        self._folders = rules.folders()
        seen = [root for root in tree.roots if self._sees((root.name,))]
        super().__init__(seen, name=tree.name, caller=identity.caller)

    def root(self, path: StorePath) -> Root:
        """The root that a path begins with; AccessDenied for who sees none at all."""
        if not self._roots:
            raise AccessDenied()
        return super().root(path)

    # decisions

    def require(self, path: StorePath, operation: str) -> None:
        """AccessDenied unless the caller may do that (:data:`~dtserve.service.package_access.OPERATIONS`) with a package."""
        self._decide(operation, path, self._facts(path))

    def require_folder(self, folder: StorePath, operation: str) -> None:
        """AccessDenied unless the caller may do that with a folder and what is in it."""
        self._decide(operation, folder, self._inherited(folder))

    def allows(self, path: StorePath, operation: str) -> bool:
        """Whether the caller may do that; a path that is a folder is asked for as a folder."""
        try:
            if operation in ("import", "folders", "enumerate") and self._everything.folder_exists(path):
                self.require_folder(path, operation)
            else:
                self.require(path, operation)
        except (AccessDenied, RootNotFound):
            return False
        return True

    def _decide(self, operation: str, path: StorePath, facts: Facts) -> None:
        who = self._identity
        if not who.reaches(path, listing=operation == "enumerate") or not may(who.name, who.roles, operation, facts):
            raise AccessDenied()

    def _inherited(self, folder: StorePath) -> Facts:
        """The roles that the nearest folders with any name."""
        reader = writer = ""
        for length in range(len(folder), 0, -1):
            rule = self._folders.get(tuple(map(name_key, folder[:length])), Rule())
            reader, writer = reader or rule.reader, writer or rule.writer
        return Facts("", reader, writer, bool(reader), bool(writer))

    def _facts(self, path: StorePath, info: PackageInfo | None = None) -> Facts:
        """Those of a package: its own owner and roles, else what its folders say. An absent one has none of its own."""
        inherited = self._inherited(path[:-1])
        own = self._own(path, info)
        return Facts(
            own.owner,
            own.reader or inherited.reader,
            own.writer or inherited.writer,
            not own.reader and inherited.reader_folder,
            not own.writer and inherited.writer_folder,
        )

    def _own(self, path: StorePath, info: PackageInfo | None = None) -> Rule:
        if not self._in_msdb(path):
            return self._rules.package(path)
        if info is None:
            if not self._everything.exists(path):
                return Rule()
            info = self._everything.info(path)
        return Rule(owner=info.owner, reader=info.read_role, writer=info.write_role)

    def _in_msdb(self, path: StorePath) -> bool:
        return self.root(path).kind == SQL_SERVER_FOLDER

    def _as(self, widened: bool) -> PackageTree:
        """The tree to ask: as the caller, or as sysadmin in the caller's name where a folder's role gave the right."""
        name = self._identity.name
        caller = Caller(name, self._identity.roles, sysadmin=True) if widened else self._identity.caller
        return self._everything.for_caller(caller)

    def for_caller(self, caller: Caller) -> PackageTree:
        """Never: a guarded tree stays its caller's."""
        raise AccessDenied()

    # reading

    def list(self, folder: StorePath) -> tuple[Sequence[FolderEntry], Sequence[PackageInfo]]:
        """What the caller may enumerate; a folder whose reader role it lacks is not even named."""
        self.require_folder(folder, "enumerate")
        folders, packages = self._everything.list(folder)
        seen = [entry for entry in folders if self._sees(entry.path)]
        if not folder:
            return seen, ()
        inside = [info for info in packages if self._identity.reaches(info.path, listing=True)]
        return seen, self._told(inside, folder)

    def _sees(self, folder: StorePath) -> bool:
        try:
            self.require_folder(folder, "enumerate")
        except AccessDenied:
            return False
        return True

    def _told(self, packages: Sequence[PackageInfo], folder: StorePath) -> Sequence[PackageInfo]:
        """With owner and roles from the table where the root keeps none."""
        if not packages or self._in_msdb(folder):
            return packages
        rules = self._rules.packages([info.path for info in packages])
        return [
            replace(info, owner=rule.owner or info.owner, read_role=rule.reader, write_role=rule.writer)
            for info, rule in zip(packages, rules, strict=True)
        ]

    def info(self, path: StorePath) -> PackageInfo:
        """Facts of a package, for who may enumerate its folder."""
        self.require_folder(path[:-1], "enumerate")
        self._decide("enumerate", path, self._inherited(path[:-1]))
        info = self._everything.info(path)
        return self._told([info], path[:-1])[0]

    def read(self, path: StorePath) -> bytes:
        """The bytes, for who may view, execute and export it."""
        path = self._plain(path)
        facts = self._facts(path)
        self._decide("read", path, facts)
        return self._as(facts.reader_folder).read(path)

    def exists(self, path: StorePath) -> bool:
        """Whether a package stands there, for who may enumerate."""
        self._decide("enumerate", path, self._inherited(path[:-1]))
        return self._everything.exists(path)

    def folder_exists(self, folder: StorePath) -> bool:
        """Whether a folder stands there, for who may enumerate it."""
        self.require_folder(folder, "enumerate")
        return self._everything.folder_exists(folder)

    # writing

    def write(
        self, path: StorePath, data: bytes, *, overwrite: bool = False, expected_revision: str | None = None
    ) -> PackageInfo:
        """Import, or overwrite; a new package belongs to the caller."""
        path = self._plain(path)
        facts = self._facts(path)
        known = self._everything.exists(path)
        self._decide("overwrite" if known and (overwrite or expected_revision) else "import", path, facts)
        info = self._as(facts.writer_folder).write(path, data, overwrite=overwrite, expected_revision=expected_revision)
        if not known and not self._in_msdb(path):
            self._rules.set(path, PACKAGE, owner=self._identity.name, reader="", writer="")
        return self._told([info], path[:-1])[0]

    def delete(self, path: StorePath) -> None:
        """Delete, for owners and writers."""
        path = self._plain(path)
        facts = self._facts(path)
        self._decide("delete", path, facts)
        self._as(facts.writer_folder).delete(path)
        self._rules.forget(path, PACKAGE)

    def move(self, source: StorePath, target: StorePath, *, overwrite: bool = False) -> None:
        """As deleting there and importing here; owner and roles go along within the tree."""
        source = self._plain(source)
        facts, there = self._facts(source), self._facts(target)
        known = self._everything.exists(target)
        self._decide("delete", source, facts)
        self._decide("overwrite" if known and overwrite else "import", target, there)
        self._as(facts.writer_folder or there.writer_folder).move(source, target, overwrite=overwrite)
        if self._in_msdb(target):
            self._rules.forget(source, PACKAGE)
        elif self._in_msdb(source):
            self._rules.set(target, PACKAGE, owner=facts.owner or self._identity.name)
        else:
            self._rules.move(source, target, PACKAGE)

    def read_many(self, paths: Sequence[StorePath]) -> builtins.list[bytes | DtserveError]:
        """One by one, each decided."""
        return PackageStore.read_many(self, paths)

    def write_many(
        self, items: Sequence[tuple[StorePath, bytes]], *, overwrite: bool = False
    ) -> builtins.list[DtserveError | None]:
        """One by one, each decided."""
        return PackageStore.write_many(self, items, overwrite=overwrite)

    def attachments(self, folder: StorePath) -> Sequence[Attachment]:
        """The names of configuration files, for who may enumerate the folder."""
        if folder:
            self.require_folder(folder, "enumerate")
        return self._everything.attachments(folder)

    def read_attachment(self, path: StorePath) -> bytes:
        """Never: configuration files hold passwords, and no role speaks of them."""
        raise AccessDenied()

    def write_attachment(self, path: StorePath, data: bytes) -> None:
        """Never."""
        raise AccessDenied()

    def delete_attachment(self, path: StorePath) -> None:
        """Never."""
        raise AccessDenied()

    def add_role(self, path: StorePath, role: str) -> None:
        """Never: roles are made by who manages access."""
        raise AccessDenied()

    # folders

    def create_folder(self, folder: StorePath) -> None:
        """Create, for who may import there."""
        facts = self._inherited(folder[:-1])
        self._decide("folders", folder, facts)
        self._as(facts.writer_folder).create_folder(folder)

    def rename_folder(self, folder: StorePath, name: str) -> None:
        """Rename, for who may import into it; its rules go along."""
        facts = self._inherited(folder)
        self._decide("folders", folder, facts)
        self._decide("enumerate", folder, facts)
        self._as(facts.writer_folder).rename_folder(folder, name)
        self._rules.move(folder, (*folder[:-1], name), FOLDER)

    def delete_folder(self, folder: StorePath) -> None:
        """Delete an empty folder, for who may import into it."""
        facts = self._inherited(folder)
        self._decide("folders", folder, facts)
        self._decide("enumerate", folder, facts)
        self._as(facts.writer_folder).delete_folder(folder)
        self._rules.forget(folder, FOLDER)

    # roles

    def roles(self, path: StorePath) -> tuple[str, str]:
        """Reader and writer role of the package itself."""
        self._decide("enumerate", path, self._inherited(path[:-1]))
        info = self._everything.info(path)
        own = self._own(info.path, info)
        return own.reader, own.writer

    def set_roles(self, path: StorePath, reader: str, writer: str) -> None:
        """Set them, for owners and db_ssisadmin."""
        path = self._plain(path)
        self._decide("roles", path, self._facts(path))
        if self._in_msdb(path):
            for role in filter(None, (reader, writer)):
                _know_role(self.root(path).store(), role, self._grants)
            self._as(False).set_roles(path, reader, writer)
        else:
            path = self._everything.info(path).path
            names = {"reader": reader, "writer": writer}
            roles = {key: self._grants.package_role(role) if role else "" for key, role in names.items()}
            self._rules.set(path, PACKAGE, **roles)

    def versioned(self, path: StorePath, operation: str = "read") -> tuple[VersionedStore, StorePath]:
        """The history of a package, for who may do ``operation`` with it; AccessDenied for what is gone and not one's own."""
        path = self._plain(path)
        self.require(path, operation)
        found = self._as(True).root(path).store()
        if not isinstance(found, VersionedStore):
            raise AccessDenied()
        return found.for_caller(Caller(self._identity.name, self._identity.roles, sysadmin=True)), path[1:]

    def _plain(self, path: StorePath) -> StorePath:
        """The path without ``.dtsx`` where the store has it without."""
        self.root(path)
        if len(path) > 1 and strip_extension(path[-1]) != path[-1] and not self._everything.exists(path):
            return (*path[:-1], strip_extension(path[-1]))
        return path

    def _collected(
        self, folder: StorePath, failed: WalkFailure | None = None
    ) -> builtins.list[tuple[StorePath, Sequence[FolderEntry], Sequence[PackageInfo]]]:
        return super()._collected(folder, failed) if self._sees(folder) else []


def _know_role(store: PackageStore, role: str, grants: Grants) -> None:
    """Make a role of the service known to an msdb of ours: readers and writers must be roles of the database (15014)."""
    from dtserve.stores.msdb.engine import Database
    from dtserve.stores.msdb.store import MsdbStore

    inner = store.inner if isinstance(store, VersionedStore) else store
    if isinstance(inner, MsdbStore) and isinstance(inner.database, Database):
        with suppress(RoleNotFound):
            inner.database.add_role(grants.package_role(role))
