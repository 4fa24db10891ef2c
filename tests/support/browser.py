"""Debian's Chromium through playwright."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@contextmanager
def browse(address: str, token: str) -> Iterator[Page]:
    """A page that is signed in; at the end no script error may have happened on it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1360, "height": 860})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        try:
            page.goto(address)
            page.get_by_label("Token").fill(token)
            page.get_by_role("button", name="Connect").click()
            page.get_by_role("treeitem", name="Stored Packages").wait_for()
            yield page
        finally:
            browser.close()
        assert errors == []


def expand(page: Page, name: str) -> None:
    """Open a node of the tree."""
    node = page.get_by_role("treeitem", name=name, exact=True).first
    if node.get_attribute("aria-expanded") != "true":
        node.focus()
        page.keyboard.press("ArrowRight")


def menu(page: Page, node: str, item: str) -> None:
    """Choose an item of a node's context menu."""
    page.get_by_role("tree").get_by_text(node, exact=True).first.click(button="right")
    page.get_by_role("menuitem", name=item).click()
