"""Copy, move, remove and protect over REST: one, many, whole folders; nobody gets more than alone."""

import pytest

from dtserve.package.document import PackageDocument
from support.access import Cast
from support.service import open_service
from support.store_packages import package

FILES, MSDB = "\\File System", "\\MSDB"


@pytest.fixture
def service(tmp_path):
    with open_service(tmp_path) as (hub, client):
        for folder in (("File System", "In"), ("File System", "In", "Below"), ("MSDB", "Out")):
            hub.tree.create_folder(folder)
        for path in (("In", "One"), ("In", "Two"), ("In", "Below", "Three")):
            hub.tree.write(("File System", *path), package(path[-1], secret="swordfish"))
        yield hub, client


def post(client, verb, **body):
    headers = body.pop("headers", {})
    return client.post(f"/api/packages/{verb}", json=body, headers=headers)


def outcomes(answer):
    assert answer.status_code == 200, answer.text
    return {each["source"]: each["outcome"] for each in answer.json()["results"]}


def test_a_folder_goes_over_with_what_is_below(service) -> None:
    hub, client = service
    body = {"paths": [rf"{FILES}\In"], "target": rf"{MSDB}\Out"}
    planned = post(client, "copy", **body, dry_run=True)
    assert planned.json()["counts"] == {"planned": 3}
    assert planned.json()["dry_run"] is True
    assert not hub.tree.folder_exists(("MSDB", "Out", "In"))
    assert post(client, "copy", **body).json()["counts"] == {"copied": 3}
    assert hub.tree.read(("MSDB", "Out", "In", "Below", "Three")) == package("Three", secret="swordfish")
    assert post(client, "copy", **body).json()["counts"] == {"failed": 3}
    assert post(client, "copy", **body, existing="skip").json()["counts"] == {"skipped": 3}
    assert (
        post(client, "copy", **body, existing="both", pattern="one").json()["results"][0]["target"]
        == rf"{MSDB}\Out\In\One"[:-3] + "One (2)"
    )
    entry = hub.identities.audit.entries(action="packages.import")[0]
    assert entry["after"] == "1 copied"


def test_single_packages(service) -> None:
    hub, client = service
    renamed = post(client, "copy", paths=[rf"{FILES}\In\one"], target=MSDB, name="Uno")
    assert outcomes(renamed) == {rf"{FILES}\In\One": "copied"}
    assert hub.tree.exists(("MSDB", "Uno"))
    moved = post(client, "move", paths=[rf"{FILES}\In\One", rf"{FILES}\In\Two"], target=rf"{MSDB}\Out")
    assert moved.json()["counts"] == {"moved": 2}
    assert not hub.tree.exists(("File System", "In", "One"))
    assert post(client, "remove", paths=[rf"{MSDB}\Out"], pattern="t*").json()["counts"] == {"deleted": 1}
    assert hub.tree.exists(("MSDB", "Out", "One"))


def test_protection(service) -> None:
    hub, client = service
    done = post(client, "protect", paths=[rf"{FILES}\In"], recursive=False, level=3, new_password="banana")
    assert done.json()["counts"] == {"protected": 2}
    data = hub.tree.read(("File System", "In", "One"))
    assert b"swordfish" in PackageDocument.open(data, "banana").clear
    wrong = post(client, "protect", paths=[rf"{FILES}\In\One"], level=0)
    assert wrong.json()["results"][0]["code"] == "0xC0014037"
    right = post(client, "copy", paths=[rf"{FILES}\In\One"], target=MSDB, level=5, password="banana")
    assert right.json()["counts"] == {"copied": 1}
    refused = post(client, "copy", paths=[rf"{MSDB}\One"], target=FILES)
    assert refused.json()["results"][0]["code"] == "0xC0014061"
    assert "banana" not in str(hub.identities.audit.entries())


def test_what_makes_no_sense(service) -> None:
    _, client = service
    one = rf"{FILES}\In\One"
    assert post(client, "copy", paths=[], target=MSDB).status_code == 422
    assert post(client, "copy", paths=[one], target=rf"{MSDB}\None").status_code == 404
    assert post(client, "copy", paths=[rf"{FILES}\None"], target=MSDB).status_code == 404
    assert post(client, "copy", paths=[one, one], target=MSDB, name="x").status_code == 400
    assert post(client, "copy", paths=[one], target=MSDB, existing="ask").status_code == 422
    assert post(client, "protect", paths=[one]).status_code == 400
    assert post(client, "copy", paths=[one], target=MSDB, name="a/b").json()["counts"] == {"failed": 1}


def test_each_package_is_decided_for_the_caller(service) -> None:
    hub, client = service
    cast = Cast(hub)
    limited, operator = cast.headers("db_ssisltduser"), cast.headers("db_ssisoperator")
    body = {"paths": [rf"{FILES}\In"], "target": rf"{MSDB}\Out", "headers": limited}
    assert post(client, "copy", **dict(body)).json()["counts"] == {"failed": 3}
    assert not any(packages for _, _, packages in hub.tree.walk(("MSDB", "Out")))
    client.put("/api/packages/content", params={"path": rf"{FILES}\In\Own"}, content=package("Own"), headers=limited)
    assert sorted(outcomes(post(client, "copy", **dict(body))).values()) == ["copied", "failed", "failed", "failed"]
    assert hub.tree.info(("MSDB", "Out", "In", "Own")).owner != "administrator"
    for verb, more in (
        ("copy", {"target": MSDB}),
        ("move", {"target": MSDB}),
        ("remove", {}),
        ("protect", {"level": 0}),
    ):
        assert post(client, verb, paths=[rf"{FILES}\In"], headers=operator, **more).status_code == 403
    assert post(client, "remove", paths=[rf"{FILES}\In"], headers=limited).json()["counts"] == {
        "deleted": 1,
        "failed": 3,
    }
