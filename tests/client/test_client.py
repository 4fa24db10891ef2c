"""The client against a running service."""

import pytest

from dtserve.client import Address, Client, ConnectFailed, RemoteProblem
from dtserve.errors import AccessDenied
from support.service import PACKAGE, serve


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("client"), "--samples") as running:
        yield running


@pytest.fixture
def client(served):
    with Client(Address.parse(served.address), served.token) as opened:
        yield opened


def test_packages_and_folders(client) -> None:
    assert client.session().user == "administrator"
    client.create_folder(r"\MSDB\Finance")
    stored = client.import_(r"\MSDB\Finance\Load", PACKAGE)
    assert client.export(stored.path) == PACKAGE
    assert client.package(stored.path) == stored
    changed = client.import_(stored.path, PACKAGE + b"\n", revision=stored.revision)
    for refused in (
        lambda: client.import_(stored.path, PACKAGE, revision=stored.revision),
        lambda: client.delete(stored.path, revision=stored.revision),
    ):
        with pytest.raises(RemoteProblem) as caught:
            refused()
        assert (caught.value.status, caught.value.told_symbol) == (412, "DTSERVE_E_PRECONDITION")
    client.rename_folder(r"\MSDB\Finance", "Money")
    listing = client.list(r"\MSDB\Money")
    assert [each.name for each in listing.packages] == ["Load"]
    client.delete(r"\MSDB\Money\Load", revision=changed.revision)
    client.delete_folder(r"\MSDB\Money")
    assert "Money" not in {each.name for each in client.list(r"\MSDB").folders}


def test_a_run_is_started_once_and_followed(client) -> None:
    run = client.start(r"\MSDB\Samples\LoadOrders", idempotency_key="once")
    assert client.start(r"\MSDB\Samples\LoadOrders", idempotency_key="once").id == run.id
    with pytest.raises(RemoteProblem, match="Idempotency"):
        client.start(r"\MSDB\Samples\CountMonths", idempotency_key="once")
    followed = list(client.follow(run.id))
    ended = client.execution(run.id)
    assert (ended.state, ended.done) == ("succeeded", True)
    assert {path.rows for path in ended.paths} >= {3000, 2927}
    assert [each.sequence for each in client.events(run.id)] == [each.sequence for each in followed]
    assert followed[-1].sequence == next(iter(client.follow(run.id, after=followed[-2].sequence))).sequence
    assert run.id in {each.id for each in client.executions(limit=3)}
    assert run.id not in {each.id for each in client.executions(running=True)}
    with pytest.raises(RemoteProblem) as caught:
        client.stop(run.id)
    assert caught.value.told_symbol == "DTSERVE_E_NOTRUNNING"


def test_refusals_are_access_denied(served) -> None:
    with Client(Address.parse(served.address), "guess") as stranger, pytest.raises(AccessDenied) as caught:
        stranger.list()
    assert "DTSERVE_E_UNAUTHENTICATED (0xC0D51808)" in caught.value.describe()
    assert "guess" not in caught.value.describe()


def test_unknown_packages_and_problems_in_the_services_words(client) -> None:
    with pytest.raises(RemoteProblem) as caught:
        client.package(r"\MSDB\Nothing")
    assert caught.value.status == 404
    assert caught.value.hresult.startswith("0xC0")


def test_no_service() -> None:
    with Client(Address.parse("http://127.0.0.1:9")) as client, pytest.raises(ConnectFailed) as caught:
        client.session()
    assert caught.value.describe().startswith(
        "DTS_E_CONNECTTOSERVERFAILED (0xC00160AA): Connect to SSIS Service on machine"
    )


def test_the_event_log(client) -> None:
    assert {each["event_id"] for each in client.event_log(limit=10)} >= {256, 257}
