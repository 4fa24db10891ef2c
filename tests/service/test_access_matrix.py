"""Every route × every kind of caller × owners: allowed exactly where SERVICE §4, §5.1 and §7 say so."""

import itertools
import time

import pytest

from dtserve.service import access
from dtserve.service.hub import Hub
from support.access import CAST, Cast, account, routes_of
from support.service import PACKAGE, open_service

COLUMNS = (
    "administrator", "machine_administrator", "sysadmin", "db_ssisadmin", "db_ssisltduser", "db_ssisoperator",
    "connected", "launcher", "role without rights", "nobody",
)  # fmt: skip
MATRIX = """
connect              all all all all all all all -   - -
packages.enumerate   all -   all all all all -   -   - -
packages.view        all -   all all own all -   -   - -
packages.execute     all -   all all own all -   -   - -
packages.export      all -   all all own all -   -   - -
packages.import      all -   all all own -   -   -   - -
packages.delete      all -   all all own -   -   -   - -
packages.roles       all -   all all own -   -   -   - -
packages.schedule    all -   all all -   all -   -   - -
folders.create       all -   all all all -   -   -   - -
folders.rename       all -   all all all -   -   -   - -
folders.delete       all -   all all all -   -   -   - -
executions.list      all all own own own own own -   - -
executions.view      all all own own own own own -   - -
executions.stop      all all own own own own own -   - -
history.view         all all all all all all own -   - -
events.view          all all -   -   -   -   -   -   - -
tokens.own           own own own own own own own -   - -
access.manage        all -   -   -   -   -   -   -   - -
audit.view           all -   -   -   -   -   -   -   - -
alerts.manage        all -   -   -   -   -   -   -   - -
metrics.view         all -   -   -   -   -   -   -   - -
service.launch       all -   -   -   -   -   -   all - -
packages.administer  all -   -   -   -   -   -   -   - -
"""
"""The matrix of SERVICE §7 with the rows of §4 and §5.1, written down again: not taken from the tables of the service."""
EXPECTED = {row.split()[0]: dict(zip(COLUMNS, row.split()[1:], strict=True)) for row in MATRIX.split("\n") if row}
DONE = {
    "/api/packages": (200, 204), "/api/packages/content": (200, 201), "/api/folders": (200, 201, 204),
    "/api/executions": (200, 201), "/api/executions/{execution_id}": (200,), "/api/tree": (200,),
    "/api/executions/{execution_id}/stop": (409,), "/api/executions/{execution_id}/events": (200,),
}  # fmt: skip
"""What an allowed call of these must come to (a run without a process cannot be stopped: 409)."""
MANY = ("/api/packages/copy", "/api/packages/move", "/api/packages/remove", "/api/packages/protect")
ROOTS = ("MSDB", "File System")
COUNTER = itertools.count()
OTHER = "other.user"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with open_service(tmp_path_factory.mktemp("matrix")) as (hub, client):
        client.headers.pop("Authorization")
        hub.identities.accounts.add(OTHER)
        hub.identities.grants.grant(OTHER, "db_ssisltduser")
        hub.watchers.close()  # streams end after their first frame
        yield hub, client, Cast(hub)


def package_of(hub: Hub, root: str, owner: str) -> str:
    """A new package that belongs to ``owner``."""
    from dtserve.service.guarded_tree import GuardedTree
    from dtserve.service.identity import Identity

    path = (root, f"P{next(COUNTER)}")
    someone = Identity(owner, frozenset({"db_ssisltduser"}))
    GuardedTree(hub.tree, someone, hub.identities.rules, hub.identities.grants).write(path, PACKAGE)
    return "\\" + "\\".join(path)


def execution_of(hub: Hub, owner: str, ended: bool) -> str:
    name = f"{next(COUNTER):032x}"
    number = hub.history.add(id=name, user=owner, package_path=r"\MSDB\P", package_name="P", state="running")
    ending = {"state": "succeeded", "ended": time.time()} if ended else {"state": "running"}
    hub.history.update(number, **ending)
    return name


def request(hub: Hub, method: str, path: str, owner: str, root: str) -> dict:
    """What to send to a route, for a package, folder or execution of ``owner``."""
    options: dict = {"url": path, "method": method, "follow_redirects": False}
    if path in ("/api/packages", "/api/packages/content"):
        options["params"] = {"path": package_of(hub, root, owner), "overwrite": "true"}
        if method == "PUT":
            options["content"] = PACKAGE + b"\n"
    elif path == "/api/executions" and method == "POST":
        options["json"] = {"package": package_of(hub, root, owner), "validate_only": True, "set": {"x": "y"}}
    elif path == "/api/folders":
        name = f"\\{root}\\F{next(COUNTER)}"
        if method == "POST":
            options["json"] = {"path": name}
        else:
            hub.tree.create_folder(tuple(name.strip("\\").split("\\")))
            options["params"] = {"path": name}
            options["json"] = {"name": f"G{next(COUNTER)}"} if method == "PATCH" else None
    elif "{execution_id}" in path:
        options["url"] = path.replace("{execution_id}", execution_of(hub, owner, ended=False))
    else:
        if path.startswith("/api/packages"):
            options["params"] = {"path": package_of(hub, root, owner), "version": 1, "old": 1, "new": 1}
        for part in ("{name}", "{role}", "{token_id}", "{path:path}"):
            options["url"] = options["url"].replace(part, "unknown")
        if method in ("POST", "PUT", "PATCH"):
            options["json"] = {}
        if path == "/api/packages/versions/restore":
            options["json"] = {"path": options["params"]["path"], "version": 1}
    return options


def test_the_matrix_has_every_action_and_caller() -> None:
    assert set(COLUMNS) == set(CAST)
    assert set(EXPECTED) >= access.ACTIONS


def test_every_route_is_walked(service) -> None:
    _, client, _ = service
    assert routes_of(client.app) == set(access.ENDPOINTS)


@pytest.mark.parametrize(("method", "path"), access.ENDPOINTS, ids=[" ".join(each) for each in access.ENDPOINTS])
def test_route(service, monkeypatch, method, path) -> None:
    hub, client, cast = service
    monkeypatch.setattr(type(hub.executions), "start", lambda *_a, **_k: {"id": "started"})
    action = access.ENDPOINTS[method, path]
    wrong = []
    for caller, own, root in itertools.product(COLUMNS, (True, False), ROOTS):
        owner = account(caller) if own else OTHER
        options = request(hub, method, path, owner, root)
        answer = client.request(**options, headers=cast.headers(caller))
        assert answer.status_code < 500 or answer.status_code == 503, (caller, answer.text)
        if action == access.PUBLIC:
            continue
        if action == access.LOCAL:
            assert answer.status_code == 401
            continue
        scope = EXPECTED[action][caller]
        many = path in MANY  # decided package by package, told in the answer
        about_one = (
            ("packages" in path and not many)
            or "{execution_id}" in path
            or (path, method) == ("/api/executions", "POST")
        )
        allowed = scope == "all" or (scope == "own" and (own or not about_one))
        if (answer.status_code == 403) == allowed:
            wrong.append((caller, "own" if own else "other", root, answer.status_code, answer.text[:200]))
        if answer.status_code == 403:
            assert answer.json()["detail"] == "Access is denied.", answer.text
        elif path in DONE:
            assert answer.status_code in DONE[path], (caller, answer.text)
    assert not wrong


@pytest.mark.parametrize("caller", COLUMNS)
def test_lists_hold_what_the_caller_may_see(service, caller) -> None:
    hub, client, cast = service
    mine, theirs = (execution_of(hub, owner, ended=False) for owner in (account(caller), OTHER))
    old_mine, old_theirs = (execution_of(hub, owner, ended=True) for owner in (account(caller), OTHER))
    answer = client.get("/api/executions", params={"limit": 1000}, headers=cast.headers(caller))
    if EXPECTED["executions.list"][caller] == "-":
        assert answer.status_code == 403
        return
    found = {each["id"] for each in answer.json()["executions"]}
    everything, logs = (EXPECTED[each][caller] == "all" for each in ("executions.list", "history.view"))
    assert {mine, old_mine} <= found
    assert (theirs in found) == everything
    assert (old_theirs in found) == (everything or logs)
    stream = client.get("/api/executions/stream", headers=cast.headers(caller))
    assert stream.status_code == 200
    for name, expected in ((old_mine, True), (old_theirs, everything or logs)):
        answer = client.get(f"/api/executions/{name}", headers=cast.headers(caller))
        assert (answer.status_code == 200) == expected


@pytest.mark.parametrize("caller", COLUMNS)
def test_refusals_do_not_tell_what_exists(service, caller) -> None:
    hub, client, cast = service
    there, running = package_of(hub, "File System", OTHER), execution_of(hub, OTHER, ended=False)
    pairs = [
        (f"/api/executions/{running}", f"/api/executions/{'0' * 32}"),
        (f"/api/packages?path={there}", "/api/packages?path=\\File System\\Nothing"),
        (f"/api/packages/content?path={there}", "/api/packages/content?path=\\File System\\Nothing"),
        ("/api/tree?path=\\MSDB", "/api/tree?path=\\Nowhere"),
    ]
    for known, unknown in pairs:
        first, second = (client.get(url, headers=cast.headers(caller)) for url in (known, unknown))
        if first.status_code == 403:
            assert (second.status_code, second.json()) == (403, first.json()), known


def test_denied_calls_are_in_the_event_log(service) -> None:
    hub, client, cast = service
    client.get("/api/audit", headers=cast.headers("connected"))
    entry = next(each for each in hub.event_log.entries() if each["event_id"] == 10016)
    assert entry["severity"] == "warning"
    assert "do not grant" in entry["message"]
