"""What people know from SQL Server Agent: pages of schedules and alerts."""

import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from playwright.sync_api import Page, expect

from support.browser import browse
from support.service import serve


def picture(page: Page, name: str) -> None:
    if os.environ.get("DTSERVE_SCREENSHOTS"):
        page.screenshot(path=Path(os.environ["DTSERVE_SCREENSHOTS"]) / f"{name}.png", full_page=True)


def test_a_schedule_is_made_paused_resumed_and_deleted(tmp_path) -> None:
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        page.get_by_role("link", name="Schedules").click()
        expect(page.get_by_text("There are no schedules.")).to_be_visible()
        page.get_by_label("Schedule name").fill("Nightly")
        page.get_by_label("Package path").fill(r"\MSDB\Samples\Nothing")
        page.get_by_label("Time zone").fill("Europe/Berlin")
        page.get_by_role("button", name="New schedule").click()
        expect(
            page.get_by_text('No package "MSDB\\Samples\\Nothing" is there')
        ).to_be_visible()  # refused: there is no such package
        page.get_by_label("Package path").fill(r"\MSDB\Samples\CountMonths")
        page.get_by_role("button", name="New schedule").click()
        row = page.get_by_test_id("schedules").get_by_role("row").filter(has_text="Nightly")
        expect(row).to_contain_text("30 2 * * * (Europe/Berlin)")
        row.get_by_role("button", name="Pause").click()
        expect(row).to_contain_text("paused")
        row.get_by_role("button", name="Resume").click()
        expect(row).not_to_contain_text("paused")

        page.get_by_label("Schedule name").fill("Often")
        page.get_by_label("Package path").fill(r"\MSDB\Samples\CountMonths")
        page.get_by_label("Starts").select_option("every")
        page.get_by_label("Minutes between runs").fill("0.17")
        page.get_by_role("button", name="New schedule").click()
        often = page.get_by_test_id("schedules").get_by_role("row").filter(has_text="Often")
        expect(often).to_contain_text("every 0.17 minutes")
        page.wait_for_timeout(11_000)
        page.reload()
        expect(often.get_by_role("link")).to_be_visible(timeout=15_000)
        picture(page, "schedules")
        often.get_by_role("button", name="Delete").click()  # a question that nobody answers means Cancel
        expect(often).to_have_count(1)
        page.once("dialog", lambda question: question.accept())
        often.get_by_role("button", name="Delete").click()
        expect(often).to_have_count(0)
        expect(row).to_have_count(1)


def test_an_alert_is_made_tells_and_is_paused(tmp_path) -> None:
    told = threading.Event()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            told.set()

        def log_message(self, *_: object) -> None:
            pass

    hook = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=hook.serve_forever, daemon=True).start()
    with serve(tmp_path, "--samples") as served, browse(served.address, served.token) as page:
        page.get_by_role("link", name="Alerts").click()
        page.get_by_label("Alert name").fill("Tell me")
        page.get_by_label("succeeds").check()
        page.get_by_label("By", exact=True).select_option("webhook")
        page.get_by_label("Send to").fill("nowhere")
        page.get_by_role("button", name="New alert").click()
        expect(page.get_by_text("The alert cannot work")).to_be_visible()
        page.get_by_label("Send to").fill(f"http://127.0.0.1:{hook.server_port}/")
        page.get_by_role("button", name="New alert").click()
        row = page.get_by_test_id("alerts").get_by_role("row").filter(has_text="Tell me")
        expect(row).to_contain_text("fails, succeeds, times out, is lost")
        with served.client as client:
            client.post("/api/executions", json={"package": r"\MSDB\Samples\CountMonths"}).raise_for_status()
        assert told.wait(30)
        page.wait_for_timeout(500)
        page.reload()
        expect(page.get_by_test_id("messages")).to_contain_text("sent")
        picture(page, "alerts")
        row.get_by_role("button", name="Pause").click()
        expect(row).to_contain_text("paused")
        page.once("dialog", lambda question: question.accept())
        row.get_by_role("button", name="Delete").click()
        expect(page.get_by_text("There are no alerts.")).to_be_visible()
    hook.shutdown()
    hook.server_close()
