"""The FTP task against a real FTP server."""

import threading
import warnings

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer

from dtserve.controlflow.results import ExecResult
from support.control_flow import DTS, execute, package


@pytest.fixture
def server(tmp_path):
    home = tmp_path / "server"
    (home / "in").mkdir(parents=True)
    authorizer = DummyAuthorizer()
    authorizer.add_user("u", "p", str(home), perm="elradfmw")
    handler = type("Handler", (FTPHandler,), {"authorizer": authorizer})
    ftp = FTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=ftp.serve_forever, kwargs={"timeout": 0.05, "handle_exit": False}, daemon=True)
    thread.start()
    yield home, ftp.socket.getsockname()[1]
    ftp.close_all()
    thread.join(5)


def run(port: int, attributes: str, body: str = "") -> object:
    connection = (
        f'<connection name="ftp" kind="FTP"><DTS:ConnectionManager xmlns:DTS="{DTS}" DTS:ConnectionString="127.0.0.1:{port}">'
        f'<DTS:FtpConnection DTS:ServerName="127.0.0.1" DTS:ServerPort="{port}" DTS:ServerUserName="u" DTS:Retries="0" '
        'DTS:UsePassiveMode="True"><DTS:ServerPassword DTS:Sensitive="1">p</DTS:ServerPassword></DTS:FtpConnection>'
        "</DTS:ConnectionManager></connection>"
    )
    task = f'<task name="F" type="Microsoft.FtpTask"><FtpData ConnectionName="ftp" {attributes}/></task>'
    return execute(package(connection + body + task))


def variable(name: str, value: object) -> str:
    return f'<variable name="User::{name}" type="8" value="{value}"/>'


LOCAL = 'TaskLocalPath="User::local" TaskIsLocalPathVar="True"'


def test_send_and_receive_with_wildcards(server, tmp_path) -> None:
    home, port = server
    out, back = tmp_path / "out", tmp_path / "back"
    out.mkdir()
    back.mkdir()
    for name in ("a.csv", "b.csv", "c.txt"):
        (out / name).write_text(name)
    sent = run(port, f'TaskRemotePath="/in" {LOCAL}', variable("local", f"{out}/*.csv"))
    assert sent.result is ExecResult.SUCCESS, sent.errors()
    assert sorted(path.name for path in (home / "in").iterdir()) == ["a.csv", "b.csv"]
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/*.csv" {LOCAL}'
    assert run(port, receive, variable("local", back)).result is ExecResult.SUCCESS
    assert sorted(path.name for path in back.iterdir()) == ["a.csv", "b.csv"]
    again = run(port, receive, variable("local", back))
    assert again.errors() == ["F 0xC0029187"]
    assert run(port, receive + ' TaskOverwriteDest="True"', variable("local", back)).result is ExecResult.SUCCESS


def test_a_file_on_the_server_is_replaced_only_when_told(server, tmp_path) -> None:
    home, port = server
    (tmp_path / "a.csv").write_text("new")
    (home / "in" / "a.csv").write_text("old")
    send = f'TaskRemotePath="/in" {LOCAL}'
    refused = run(port, send, variable("local", tmp_path / "a.csv"))
    assert refused.errors() == ["F 0xC0D51546"]
    assert (home / "in" / "a.csv").read_text() == "old"
    done = run(port, send + ' TaskOverwriteDest="True"', variable("local", tmp_path / "a.csv"))
    assert done.result is ExecResult.SUCCESS, done.errors()
    assert (home / "in" / "a.csv").read_text() == "new"


def test_nothing_found_is_an_error_or_not(server, tmp_path) -> None:
    _, port = server
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/none.*" {LOCAL}'
    assert run(port, receive, variable("local", tmp_path)).errors() == ["F 0xC0029178"]
    calm = run(port, receive + ' StopOnFailure="False"', variable("local", tmp_path))
    assert calm.result is ExecResult.SUCCESS
    assert calm.warnings() == ["F 0xC0029178"]
    assert run(port, f'TaskRemotePath="/in" {LOCAL}', variable("local", "/no/such")).errors() == ["F 0xC0029185"]


def test_directories_and_deletion(server, tmp_path) -> None:
    home, port = server
    assert run(port, 'TaskOperationType="MakeDirRemote" TaskRemotePath="/new"').result is ExecResult.SUCCESS
    assert (home / "new").is_dir()
    assert run(port, 'TaskOperationType="MakeDirRemote" TaskRemotePath="/new"').errors() == ["F 0xC0029180"]
    (home / "in" / "x.txt").write_text("x")
    assert run(port, 'TaskOperationType="DeleteRemote" TaskRemotePath="/in/*.txt"').result is ExecResult.SUCCESS
    assert list((home / "in").iterdir()) == []
    assert run(port, 'TaskOperationType="RemoveDirRemote" TaskRemotePath="/new"').result is ExecResult.SUCCESS
    local = tmp_path / "made"
    assert run(port, f'TaskOperationType="MakeDirLocal" {LOCAL}', variable("local", local)).result is ExecResult.SUCCESS
    (local / "f.txt").write_text("f")
    deleted = run(port, f'TaskOperationType="DeleteLocal" {LOCAL}', variable("local", f"{local}/f.txt"))
    assert deleted.result is ExecResult.SUCCESS
    removed = run(port, f'TaskOperationType="RemoveDirLocal" {LOCAL}', variable("local", local))
    assert removed.result is ExecResult.SUCCESS
    assert not local.exists()


def test_paths_are_checked_and_a_dead_server_is_told(server, tmp_path) -> None:
    _, port = server
    slash = run(port, f'TaskRemotePath="in" {LOCAL}', variable("local", tmp_path))
    assert slash.errors() == ["F 0xC0029190", "F 0xC0024107"]
    (tmp_path / "x.txt").write_text("x")
    dead = run(1, f'TaskRemotePath="/in" {LOCAL}', variable("local", tmp_path / "x.txt"))
    assert dead.errors() == ["F 0xC002918F"]


def test_ascii_transfer(server, tmp_path) -> None:
    home, port = server
    (home / "in" / "t.txt").write_bytes(b"a\r\nb\r\n")
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/t.txt" TaskTransferAscii="True" {LOCAL}'
    assert run(port, receive, variable("local", tmp_path)).result is ExecResult.SUCCESS
    assert (tmp_path / "t.txt").read_bytes() == b"a\nb\n"
