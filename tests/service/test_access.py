"""Default deny: every route is in the table, every action needs a role, nobody has one by accident."""

import pytest

from dtserve.errors import AccessDenied
from dtserve.service import access
from dtserve.service.identity import Identity
from support.access import routes_of
from support.service import open_service


def test_unknown_endpoints_are_denied() -> None:
    with pytest.raises(AccessDenied):
        access.action_of("GET", "/api/secrets")


def test_nobody_has_any_right() -> None:
    nobody = Identity("nobody", frozenset())
    for action in access.ACTIONS:
        with pytest.raises(AccessDenied):
            access.check(nobody, action)


def test_administrators_have_every_right_of_the_table() -> None:
    administrator = Identity("a", frozenset({"administrator"}))
    for action in access.ACTIONS:
        assert access.check(administrator, action)
    with pytest.raises(AccessDenied):
        access.check(administrator, "unheard.of")


def test_table_and_routes_are_the_same(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        assert routes_of(client.app) == set(access.ENDPOINTS)


def test_every_route_refuses_strangers(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        for (method, path), action in access.ENDPOINTS.items():
            place = path.replace("{path:path}", "").replace("{", "").replace("}", "")
            answer = client.request(method, place, headers={"Authorization": "Bearer wrong"}, follow_redirects=False)
            if action == access.PUBLIC:
                assert answer.status_code != 403, (method, path)
            else:
                assert answer.status_code == 401, (method, path, answer.text)
                assert answer.json()["symbol"] == "DTSERVE_E_UNAUTHENTICATED"
