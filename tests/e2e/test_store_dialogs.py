"""The console's dialogs for stored packages in a real browser: copy, protection, roles, versions."""

from playwright.sync_api import expect

from dtserve.package.document import PackageDocument
from support.browser import browse, expand, menu
from support.service import PACKAGE, serve


def put(served, path, data=PACKAGE):
    with served.client as client:
        params = {"path": path, "overwrite": "true"}
        assert client.put("/api/packages/content", params=params, content=data).status_code == 201


def read(served, path):
    with served.client as client:
        return client.get("/api/packages/content", params={"path": path}).content


def test_a_folder_is_copied_after_a_dry_run(tmp_path) -> None:
    with serve(tmp_path) as served:
        with served.client as client:
            client.post("/api/folders", json={"path": r"\File System\Sales"})
        put(served, r"\File System\Sales\Load")
        with browse(served.address, served.token) as page:
            expand(page, "File System")
            menu(page, "Sales", "Copy Packages")
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Folder", exact=True).fill(r"\MSDB")
            dialog.get_by_role("button", name="Dry run").click()
            expect(dialog.get_by_text("1 planned")).to_be_visible()
            dialog.get_by_role("button", name="Copy").click()
            expect(dialog.get_by_text("1 copied")).to_be_visible()
            dialog.get_by_role("button", name="Close").click()
            assert read(served, r"\MSDB\Sales\Load") == PACKAGE
            menu(page, "Sales", "Remove Packages")
            dialog.get_by_role("button", name="Remove").click()
            expect(dialog.get_by_text("1 deleted")).to_be_visible()
            dialog.get_by_role("button", name="Close").click()
        with served.client as client:
            assert client.get("/api/packages", params={"path": r"\File System\Sales\Load"}).status_code == 404


def test_protection_and_roles(tmp_path) -> None:
    with serve(tmp_path) as served:
        put(served, r"\MSDB\Load")
        with browse(served.address, served.token) as page:
            expand(page, "MSDB")
            menu(page, "Load", "Protection Level")
            dialog = page.get_by_role("dialog")
            dialog.get_by_label("Package protection level").click()
            page.get_by_role("option", name="EncryptAllWithPassword").click()
            dialog.get_by_label("Password", exact=True).fill("banana")
            expect(dialog.get_by_role("button", name="OK")).to_be_disabled()
            dialog.get_by_label("Retype password").fill("banana")
            dialog.get_by_role("button", name="OK").click()
            expect(dialog.get_by_text("1 protected")).to_be_visible()
            dialog.get_by_role("button", name="Close").click()
            assert b"EncryptedData" in read(served, r"\MSDB\Load")

            menu(page, "Load", "Package Roles")
            dialog.get_by_label("Reader Role").click()
            page.get_by_role("option", name="db_ssisoperator").click()
            dialog.get_by_role("button", name="OK").click()
            expect(dialog).to_have_count(0)
        with served.client as client:
            found = client.get("/api/packages/roles", params={"path": r"\MSDB\Load"}).json()
        assert (found["reader"], found["writer"]) == ("db_ssisoperator", "")


def test_versions_are_compared_and_restored(tmp_path) -> None:
    changed = PACKAGE.replace(b"CountMonths", b"CountWeeks")
    with serve(tmp_path) as served:
        put(served, r"\MSDB\Load")
        put(served, r"\MSDB\Load", changed)
        with browse(served.address, served.token) as page:
            expand(page, "MSDB")
            page.get_by_role("tree").get_by_text("Load", exact=True).click()
            versions = page.get_by_role("table", name="Versions")
            expect(versions.get_by_role("row")).to_have_count(3)
            versions.get_by_text("Compare").click()
            expect(page.get_by_role("region", name="Comparison")).to_contain_text("CountWeeks")
            versions.get_by_text("Restore").click()
            expect(versions.get_by_text("restored from version 1")).to_be_visible()
        assert read(served, r"\MSDB\Load") == PACKAGE


def test_import_and_save_copy_ask_for_the_protection_level(tmp_path) -> None:
    def protect(dialog, page, level, password) -> None:
        dialog.get_by_label("Package protection level").click()
        page.get_by_role("option", name=level).click()
        dialog.get_by_label("Password", exact=True).fill(password)
        dialog.get_by_label("Retype password").fill(password)

    with serve(tmp_path) as served, browse(served.address, served.token) as page:
        expand(page, "MSDB")
        menu(page, "MSDB", "Import Package")
        dialog = page.get_by_role("dialog")
        page.locator("input[type=file]").set_input_files(
            files=[{"name": "Load.dtsx", "mimeType": "application/xml", "buffer": PACKAGE}]
        )
        protect(dialog, page, "EncryptAllWithPassword", "bänana 100%")
        dialog.get_by_label("Retype password").fill("other")
        expect(dialog.get_by_role("button", name="Import", exact=True)).to_be_disabled()
        dialog.get_by_label("Retype password").fill("bänana 100%")
        dialog.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_role("heading", name="Load")).to_be_visible()
        stored = read(served, r"\MSDB\Load")
        assert PackageDocument.open(stored, "bänana 100%").protection_level == 3

        expand(page, "MSDB")
        menu(page, "Load", "Save Copy")
        dialog.get_by_label("File name").fill("copy.dtsx")
        protect(dialog, page, "EncryptSensitiveWithPassword", "cherry")
        dialog.get_by_label("Password that opens encrypted packages").fill("bänana 100%")
        with page.expect_download() as download:
            dialog.get_by_role("button", name="Save").click()
        assert download.value.suggested_filename == "copy.dtsx"
        saved = PackageDocument.open(download.value.path().read_bytes(), "cherry")
        assert saved.protection_level == 2
        assert read(served, r"\MSDB\Load") == stored

        menu(page, "Load", "Save Copy")
        protect(dialog, page, "EncryptSensitiveWithPassword", "cherry")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("0xC0014007").or_(page.get_by_text("password")).first).to_be_visible()
