"""Accounts, grants and refusals in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from support.browser import browse
from support.service import serve

PASSWORD = "correct horse battery"


def sign_in(page: Page, address: str, user: str, password: str) -> None:
    page.goto(address)
    page.get_by_role("tab", name="Account").click()
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Connect").click()


@contextmanager
def second(page: Page) -> Iterator[Page]:
    """A page that shares nothing with the first one: another user's browser."""
    assert page.context.browser is not None
    context = page.context.browser.new_context()
    yield context.new_page()
    context.close()


def grant(page: Page, principal: str, role: str) -> None:
    page.get_by_label("Grant to").fill(principal)
    page.get_by_label("Role", exact=True).select_option(role)
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_role("button", name=f"Revoke {role} of {principal}")).to_be_visible()


def test_a_colleague_gets_rights_signs_in_and_loses_them(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        page.get_by_role("link", name="Users and roles").click()
        page.get_by_label("New account").fill("alice")
        page.get_by_label("Its password").fill("short")
        page.get_by_role("button", name="Add account").click()
        expect(page.get_by_text("at least 12")).to_be_visible()
        page.get_by_label("Its password").fill(PASSWORD)
        page.get_by_role("button", name="Add account").click()
        expect(page.get_by_test_id("accounts").get_by_text("alice")).to_be_visible()
        with second(page) as other:
            sign_in(other, served.address, "alice", PASSWORD)
            expect(other.get_by_text("Access is denied")).to_be_visible()
            for role in ("activate", "access", "db_ssisoperator"):
                grant(page, "alice", role)
            sign_in(other, served.address, "alice", PASSWORD)
            expect(other.get_by_role("treeitem", name="Stored Packages")).to_be_visible()
            expect(other.get_by_role("link", name="Users and roles")).to_have_count(0)
            other.get_by_role("link", name="alice").click()
            expect(other.get_by_test_id("whoami")).to_contain_text("db_ssisoperator")
            page.get_by_role("button", name="Revoke access of alice").click()
            expect(page.get_by_role("button", name="Revoke access of alice")).to_have_count(0)
            other.goto(f"{served.address}console/#/folder/")
            other.reload()
            expect(other.get_by_role("alert").filter(has_text="Access is denied")).to_be_visible()
        page.get_by_role("link", name="Audit").click()
        expect(page.get_by_test_id("audit")).to_contain_text("db_ssisoperator to alice")
        page.get_by_role("button", name="Disconnect").click()
        expect(page.get_by_label("Token")).to_be_visible()
