"""Callers of every kind for tests of who may do what."""

from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.routing import APIRoute

from dtserve.service.hub import Hub

BASE = ("activate", "access")
CAST: dict[str, tuple[str, ...]] = {
    "administrator": ("administrator",),
    "machine_administrator": (*BASE, "machine_administrator"),
    "sysadmin": (*BASE, "sysadmin"),
    "db_ssisadmin": (*BASE, "db_ssisadmin"),
    "db_ssisltduser": (*BASE, "db_ssisltduser"),
    "db_ssisoperator": (*BASE, "db_ssisoperator"),
    "connected": BASE,
    "launcher": ("launch",),
    "role without rights": ("db_ssisadmin",),
    "nobody": (),
}
"""Name of a caller → what it was granted."""


@dataclass
class Cast:
    """The callers of one service, each with an account and a token."""

    hub: Hub
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, granted in CAST.items():
            account = name.replace(" ", "-") + ".user"
            self.hub.identities.accounts.add(account)
            for role in granted:
                self.hub.identities.grants.grant(account, role)
            self.tokens[name] = self.hub.identities.tokens.create(account)[0]

    def headers(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens[name]}"}


def account(name: str) -> str:
    return name.replace(" ", "-") + ".user"


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of every route of the application."""
    return {
        (method, route.path)
        for each in app.routes
        for route in getattr(getattr(each, "original_router", None), "routes", [each])
        if isinstance(route, APIRoute)
        for method in route.methods - {"HEAD"}
    }
