"""The console in a real browser: tree, context menus, dialogs, a run that arrives live."""

import os
import re
import time
from pathlib import Path

from playwright.sync_api import expect

from dtserve.controlflow.events import Event
from dtserve.service.config import load_home
from support.browser import browse, expand, menu
from support.service import SAMPLES, open_service, serve


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


def test_the_tree_is_used_by_keyboard(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        for name in ("MSDB", "Samples"):
            expand(page, name)
        page.get_by_role("treeitem", name="CountMonths").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="CountMonths")).to_be_visible()
        page.keyboard.press("Shift+F10")
        expect(page.get_by_role("menuitem", name="Run Package")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("menuitem", name="Run Package")).to_have_count(0)


def test_row_counts_arrive(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        for name in ("MSDB", "Samples"):
            expand(page, name)
        menu(page, "LoadOrders", "Run Package")
        expect(page.get_by_test_id("state")).to_have_text("succeeded", timeout=60_000)
        expect(page.get_by_test_id("rows")).to_contain_text("3,000")
        expect(page.get_by_test_id("rows")).to_contain_text("2,927")
        phases = page.get_by_test_id("phases")
        row = phases.get_by_role("row").filter(has_text="Look up customer")
        expect(row.get_by_role("cell").nth(0)).to_have_text("Load orders")
        for cell in (2, 3, 5, 6, 7):
            expect(row.get_by_role("cell").nth(cell)).to_contain_text(re.compile(r"\d+(\.\d)? m?s"))
        expect(row.get_by_title("Process input: ")).to_have_count(1)
        page.reload()  # a past run shows the same
        expect(phases.get_by_role("row").filter(has_text="Customers table")).to_contain_text("Load customers")
        expect(page.get_by_test_id("rows")).to_contain_text("3,000")
        if os.environ.get("DTSERVE_SCREENSHOTS"):
            page.screenshot(path=Path(os.environ["DTSERVE_SCREENSHOTS"]) / "phases.png", full_page=True)


def test_a_run_of_very_many_events_is_searched_in_the_database(tmp_path) -> None:
    total = 60_000
    home = load_home(tmp_path)
    with open_service(home.path) as (hub, _):
        number = hub.history.add(id="many", user="me", package_path="p", package_name="Many", state="running")
        for first in range(1, total, 5000):
            batch = [
                Event("OnError" if n % 10_000 == 7 else "OnInformation", "Task", message=f"message {n}", sequence=n)
                for n in range(first, first + 5000)
            ]
            hub.history.append(number, batch)
        hub.history.update(number, state="failed", ended=time.time(), exit_code=1)
    with serve(home.path) as served, browse(served.address, served.token) as page:
        page.goto(f"{served.address}console/#/execution/many")
        events = page.get_by_test_id("events")
        expect(events).to_contain_text(f"message {total}")
        expect(page.get_by_text("The latest of 60,000 events.")).to_be_visible()
        expect(events.get_by_role("row")).to_have_count(1001)
        page.get_by_label("Level").select_option("error")
        expect(events.get_by_role("row")).to_have_count(7)
        page.get_by_label("Level").select_option("verbose")
        expect(events).to_contain_text("message 1")
        page.get_by_role("button", name="More").click()
        expect(events.get_by_role("row")).to_have_count(1001)
        page.get_by_label("Search events").fill("message 5432")
        expect(events.get_by_role("row")).to_have_count(12)
        page.get_by_label("Level").select_option("latest")
        page.get_by_label("Search events").fill("")
        expect(events).to_contain_text(f"message {total}")


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


def test_a_run_with_parameters_is_found_again_and_a_session_that_is_over_asks_to_connect(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        for name in ("MSDB", "Samples"):
            expand(page, name)
        menu(page, "SlowPackage", "Execute Package Utility")
        for row, (name, value) in enumerate({"Steps": "1", "Size": "100"}.items(), 1):
            page.get_by_label(f"Parameter {row}").fill(name)
            page.get_by_label(f"Value {row}").fill(value)
        page.get_by_role("tab", name="Execution Options").click()
        page.get_by_role("tab", name="Parameters").click()
        expect(page.get_by_label("Parameter 3")).to_have_value("")
        page.get_by_role("button", name="Execute", exact=True).click()
        expect(page.get_by_test_id("state")).to_have_text("succeeded", timeout=30_000)
        expect(page.get_by_text("$Package::Steps = 1, $Package::Size = 100")).to_be_visible()

        page.goto(f"{served.address}console/#/running")
        page.get_by_label("Search runs").fill("no such package")
        expect(page.get_by_text("No run fits.")).to_be_visible()
        page.get_by_label("Search runs").fill("slowpack")
        expect(page.get_by_test_id("executions").get_by_role("link")).to_have_count(1)
        page.get_by_label("State").select_option("failed")
        expect(page.get_by_text("No run fits.")).to_be_visible()

        page.context.clear_cookies()
        page.get_by_label("State").select_option("succeeded")
        expect(page.get_by_role("heading", name="Connect to Integration Services")).to_be_visible()
