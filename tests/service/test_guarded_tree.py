"""The store as its callers may see it: owners, reader and writer roles of packages and folders, in msdb and in folders."""

import pytest

from dtserve.errors import AccessDenied, PackageNotFound
from dtserve.service.access_errors import RoleNotFound
from dtserve.service.config import load_home
from dtserve.service.grants import Grants
from dtserve.service.guarded_tree import GuardedTree
from dtserve.service.identity import Identity
from dtserve.service.package_access import FOLDER, PackageRules
from dtserve.service.state import open_state
from dtserve.stores.base import Caller, PackageStore
from dtserve.stores.errors import RootNotFound
from dtserve.stores.tree import PackageTree
from support.service import PACKAGE

ROOTS = ["MSDB", "File System"]
LIMITED, OPERATOR, ADMIN = "db_ssisltduser", "db_ssisoperator", "db_ssisadmin"


class House:
    def __init__(self, home) -> None:
        self.state = open_state(home.state_path)
        self.rules, self.grants, self.tree = PackageRules(self.state), Grants(self.state), home.tree()
        for role in ("Finance", "Sales"):
            self.grants.add_role(role)

    def to(self, name: str, *roles: str, folders=()) -> GuardedTree:
        lowered = frozenset(role.lower() for role in roles)
        return GuardedTree(self.tree, Identity(name, lowered, folders=folders), self.rules, self.grants)


@pytest.fixture
def house(tmp_path):
    home = load_home(tmp_path)
    opened = House(home)
    yield opened
    opened.state.close()
    home.close()


@pytest.mark.parametrize("root", ROOTS)
def test_owners(house, root) -> None:
    path = (root, "P")
    alice, bob = house.to("alice", LIMITED), house.to("bob", LIMITED)
    assert alice.write(path, PACKAGE).owner == "alice"
    assert bob.info(path).owner == "alice"
    assert alice.read((root, "P.dtsx")) == PACKAGE
    for refused in (
        lambda: bob.read(path), lambda: bob.write(path, PACKAGE, overwrite=True), lambda: bob.delete(path),
        lambda: bob.move(path, (root, "Q")), lambda: bob.set_roles(path, "", "Finance"),
        lambda: house.to("alice", OPERATOR).delete(path), lambda: house.to("alice").read(path),
    ):  # fmt: skip
        with pytest.raises(AccessDenied):
            refused()
    assert house.to("carol", OPERATOR).read(path) == PACKAGE
    house.to("dora", ADMIN).write(path, PACKAGE + b"\n", overwrite=True)
    assert alice.info(path).owner == "alice"
    alice.delete(path)
    assert bob.write(path, PACKAGE).owner == "bob"


@pytest.mark.parametrize("root", ROOTS)
def test_reader_and_writer_roles_of_a_package(house, root) -> None:
    path = (root, "P")
    owner = house.to("alice", LIMITED)
    owner.write(path, PACKAGE)
    owner.set_roles(path, "Finance", "finance")
    assert owner.roles(path) in (("Finance", "Finance"), ("Finance", "finance"))
    with pytest.raises(AccessDenied):
        house.to("carol", OPERATOR).read(path)
    member = house.to("carol", OPERATOR, "Finance")
    assert member.read(path) == PACKAGE
    member.write(path, PACKAGE + b"\n", overwrite=True)
    with pytest.raises(AccessDenied):
        house.to("eve", "Finance").read(path)
    admin = house.to("dora", ADMIN)
    admin.read(path)
    with pytest.raises(AccessDenied):
        admin.delete(path)
    member.delete(path)


@pytest.mark.parametrize("root", ROOTS)
def test_unknown_roles_are_refused(house, root) -> None:
    owner = house.to("alice", LIMITED)
    owner.write((root, "P"), PACKAGE)
    with pytest.raises(Exception, match="nonsense") as caught:
        owner.set_roles((root, "P"), "nonsense", "")
    assert isinstance(caught.value, RoleNotFound) or "15014" in caught.value.describe() or "role" in str(caught.value)
    assert owner.roles((root, "P")) == ("", "")


@pytest.mark.parametrize("root", ROOTS)
def test_roles_of_a_folder(house, root) -> None:
    folder, path = (root, "Ledger"), (root, "Ledger", "Deep", "P")
    house.tree.create_folder(folder)
    house.tree.create_folder(path[:-1])
    house.to("alice", LIMITED).write(path, PACKAGE)
    house.rules.set(folder, FOLDER, reader="Finance", writer="Finance")
    stranger, member = house.to("bob", LIMITED), house.to("carol", LIMITED, "Finance")
    assert "Ledger" not in {each.name for each in stranger.list((root,))[0]}
    assert "Ledger" in {each.name for each in member.list((root,))[0]}
    for refused in (
        lambda: stranger.list(folder), lambda: stranger.list((*folder, "Nothing")), lambda: stranger.info(path),
        lambda: stranger.exists(path), lambda: stranger.write((*folder, "Q"), PACKAGE),
        lambda: stranger.create_folder((*folder, "New")), lambda: stranger.delete_folder(path[:-1]),
        lambda: stranger.folder_exists(folder), lambda: stranger.read((*folder, "Nothing")),
    ):  # fmt: skip
        with pytest.raises(AccessDenied):
            refused()
    assert member.read(path) == PACKAGE
    member.write(path, PACKAGE + b"\n", overwrite=True)
    assert member.info(path).owner == "alice"
    member.create_folder((*folder, "New"))
    member.delete(path)
    assert house.to("dora", ADMIN).list(folder)[0]
    house.rules.set(path[:-1], FOLDER, reader="Sales")
    member = house.to("carol", LIMITED, "Finance")
    with pytest.raises(AccessDenied):
        member.list(path[:-1])
    member.rename_folder((*folder, "New"), "Newer")
    house.to("dora", ADMIN).rename_folder(folder, "Books")
    assert {each["path"] for each in house.rules.list()} == {rf"\{root}\Books", rf"\{root}\Books\Deep"}


def test_a_hidden_root_is_as_one_that_is_not_there(house) -> None:
    house.rules.set(("MSDB",), FOLDER, reader="Finance")
    stranger = house.to("bob", OPERATOR)
    assert [root.name for root in stranger.roots] == ["File System"]
    told = []
    for root in ("MSDB", "Nowhere"):
        with pytest.raises(RootNotFound) as caught:
            stranger.read((root, "P"))
        told.append(caught.value.message.replace(root, "X"))
    assert told[0] == told[1]
    assert "MSDB" not in told[1].replace("MSDB", "", 0).split("X", 1)[1]
    walked = [folder for folder, _, _ in stranger.walk()]
    assert not any(folder[:1] == ("MSDB",) for folder in walked)


@pytest.mark.parametrize("root", ROOTS)
def test_tokens_reach_their_folders_only(house, root) -> None:
    for name in ("In", "Out"):
        house.tree.create_folder((root, name))
        house.to("alice", ADMIN).write((root, name, "P"), PACKAGE)
    house.to("alice", ADMIN).write((root, "P"), PACKAGE)
    narrow = house.to("alice", ADMIN, folders=((root, "In"),))
    folders, packages = narrow.list((root,))
    assert ([each.name for each in folders], list(packages)) == (["In"], [])
    assert narrow.read((root, "In", "P")) == PACKAGE
    for path in ((root, "Out", "P"), (root, "P")):
        for refused in (narrow.read, narrow.delete, lambda p: narrow.write(p, PACKAGE, overwrite=True)):
            with pytest.raises(AccessDenied):
                refused(path)


@pytest.mark.parametrize("root", ROOTS)
def test_owner_and_roles_go_along_when_a_package_moves(house, root) -> None:
    alice = house.to("alice", LIMITED)
    house.tree.create_folder((root, "F"))
    alice.write((root, "P"), PACKAGE)
    alice.set_roles((root, "P"), "Finance", "")
    alice.move((root, "P"), (root, "F", "Q"))
    info = alice.info((root, "F", "Q"))
    assert (info.owner, info.read_role) == ("alice", "Finance")
    with pytest.raises(AccessDenied):  # as for a package of somebody else
        alice.read((root, "P"))
    with pytest.raises(PackageNotFound):
        house.to("dora", ADMIN).read((root, "P"))
    other = next(each for each in ROOTS if each != root)
    alice.move((root, "F", "Q"), (other, "R"))
    assert alice.info((other, "R")).owner == "alice"


def test_versions_are_for_readers(house) -> None:
    path = ("File System", "P")
    alice = house.to("alice", LIMITED)
    alice.write(path, PACKAGE)
    store, place = alice.versioned(path)
    assert store.versions(place)[-1].who == "alice"
    with pytest.raises(AccessDenied):
        house.to("bob", LIMITED).versioned(path)


def test_a_guarded_tree_stays_its_callers(house) -> None:
    with pytest.raises(AccessDenied):
        house.to("bob", LIMITED).for_caller(Caller("sa", sysadmin=True))


def test_what_somebody_may(house) -> None:
    house.to("alice", LIMITED).write(("File System", "P"), PACKAGE)
    assert house.to("bob", OPERATOR).allows(("File System", "P"), "read")
    assert not house.to("bob", OPERATOR).allows(("File System", "P"), "delete")
    assert house.to("bob", LIMITED).allows(("File System",), "import")
    assert not house.to("bob", LIMITED).allows(("Nowhere", "P"), "read")


HARMLESS = {
    "add_role", "clean", "close", "folder_path", "kind_of", "place_of", "resolve", "role_names", "roots", "walk",
}  # fmt: skip
"""What needs no decision of its own: it tells nothing of packages, or goes through what is decided."""


def test_no_operation_of_a_store_is_forgotten() -> None:
    public = {name for cls in (PackageTree, PackageStore) for name in vars(cls) if not name.startswith("_")}
    methods = {name for name in public if callable(getattr(PackageTree, name)) or name == "roots"}
    assert methods - set(vars(GuardedTree)) - HARMLESS == set()
