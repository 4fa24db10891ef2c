"""Default deny: every route is in the table, every action needs a role, nobody has one by accident."""

import pytest
from fastapi.routing import APIRoute

from dtserve.errors import AccessDenied
from dtserve.service import access
from dtserve.service.identities import Identity
from support.service import open_service


def test_unknown_endpoints_are_denied() -> None:
    with pytest.raises(AccessDenied):
        access.action_of("GET", "/api/secrets")


def test_nobody_has_any_right() -> None:
    nobody = Identity("nobody", frozenset())
    for action in set(access.ENDPOINTS.values()):
        with pytest.raises(AccessDenied):
            access.check(nobody, action)


def test_administrators_have_every_right_of_the_table() -> None:
    administrator = Identity("a", frozenset({"administrator"}))
    for action in set(access.ENDPOINTS.values()) - {access.PUBLIC}:
        access.check(administrator, action)
    with pytest.raises(AccessDenied):
        access.check(administrator, "unheard.of")


def test_table_and_routes_are_the_same(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        routes = {
            (method, route.path)
            for each in client.app.routes
            for route in getattr(getattr(each, "original_router", None), "routes", [each])
            if isinstance(route, APIRoute)
            for method in route.methods - {"HEAD"}
        }
    assert routes == set(access.ENDPOINTS)


def test_every_route_refuses_strangers(tmp_path) -> None:
    with open_service(tmp_path) as (_, client):
        for (method, path), action in access.ENDPOINTS.items():
            place = path.replace("{execution_id}", "x").replace("{path:path}", "")
            answer = client.request(method, place, headers={"Authorization": "Bearer wrong"}, follow_redirects=False)
            if action == access.PUBLIC:
                assert answer.status_code != 403, (method, path)
            else:
                assert answer.status_code == 401, (method, path, answer.text)
                assert answer.json()["symbol"] == "DTSERVE_E_UNAUTHENTICATED"
