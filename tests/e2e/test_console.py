"""The console in a real browser: tree, context menus, dialogs, a run that arrives live."""

import re

from playwright.sync_api import expect

from support.browser import browse, expand, menu
from support.service import SAMPLES, serve


def test_wrong_tokens_are_refused_on_the_page(tmp_path) -> None:
    from playwright.sync_api import sync_playwright

    from support.browser import CHROMIUM, FLAGS

    with serve(tmp_path) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.goto(served.address)
        page.get_by_label("Token").fill("wrong")
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("Access is denied")).to_be_visible()
        browser.close()


def test_a_package_from_import_to_deletion(tmp_path) -> None:
    with serve(tmp_path) as served, browse(served.address, served.token) as page:
        menu(page, "File System", "New Folder")
        page.get_by_label("Name").fill("Finance")
        page.get_by_role("button", name="OK").click()
        expand(page, "File System")
        expect(page.get_by_role("treeitem", name="Finance")).to_be_visible()

        menu(page, "Finance", "Import Package")
        page.locator("input[type=file]").set_input_files(SAMPLES / "CountMonths.dtsx")
        expect(page.get_by_label("Package name")).to_have_value("CountMonths")
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_role("heading", name="CountMonths")).to_be_visible()
        expand(page, "Finance")

        with page.expect_download() as download:
            menu(page, "CountMonths", "Export Package")
        assert download.value.path().read_bytes() == (SAMPLES / "CountMonths.dtsx").read_bytes()

        menu(page, "CountMonths", "Run Package")
        expect(page.get_by_test_id("state")).to_have_text("succeeded", timeout=30_000)
        expect(page.get_by_test_id("timeline")).to_contain_text("For each month")
        expect(page.get_by_test_id("events")).to_contain_text("OnPostExecute")

        menu(page, "CountMonths", "Delete")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("tree").get_by_text("CountMonths")).to_have_count(0)
        menu(page, "Finance", "Delete")
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("treeitem", name="Finance")).to_have_count(0)


def test_row_counts_arrive(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        for name in ("MSDB", "Samples"):
            expand(page, name)
        menu(page, "LoadOrders", "Run Package")
        expect(page.get_by_test_id("state")).to_have_text("succeeded", timeout=60_000)
        expect(page.get_by_test_id("rows")).to_contain_text("3,000")
        expect(page.get_by_test_id("rows")).to_contain_text("2,927")


def test_a_running_package_is_listed_and_stopped(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        for name in ("MSDB", "Samples"):
            expand(page, name)
        menu(page, "SlowPackage", "Run Package")
        expect(page.get_by_test_id("state")).to_have_text("running", timeout=30_000)
        running = page.get_by_role("treeitem", name="Running Packages")
        expect(running.get_by_text("SlowPackage")).to_be_visible()
        before = page.get_by_test_id("elapsed").inner_text()
        expect(page.get_by_test_id("elapsed")).not_to_have_text(before)
        running.get_by_text("SlowPackage").click(button="right")
        page.get_by_role("menuitem", name="Stop").click()
        expect(page.get_by_test_id("state")).to_have_text("canceled", timeout=30_000)
        expect(running.get_by_text("SlowPackage")).to_have_count(0)
        expect(page.get_by_test_id("elapsed")).to_have_text(re.compile(r"^00:00:"))
