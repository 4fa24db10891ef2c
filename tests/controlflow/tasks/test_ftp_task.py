"""The FTP task against a real FTP server."""

import threading
import time
import warnings
from typing import ClassVar

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import DTPHandler, FTPHandler
    from pyftpdlib.servers import FTPServer

from dtserve.controlflow.results import ExecResult
from support.control_flow import DTS, execute, package


class Handler(FTPHandler):
    """Notes the commands; what it shall do wrong is set by a test."""

    said: ClassVar[list[str]] = []
    refused_logins = 0
    listing = ""
    silent = False
    drop_after = 0

    def pre_process_command(self, line, cmd, arg):
        type(self).said.append(cmd if arg is None or cmd == "PASS" else f"{cmd} {arg}")
        if cmd == "NLST" and self.listing:
            self.respond(self.listing)
        elif cmd != "QUIT" and self.silent:
            return
        else:
            super().pre_process_command(line, cmd, arg)

    def on_connect(self):
        if type(self).refused_logins:
            type(self).refused_logins -= 1
            self.respond("421 Too many users.")
            self.close_when_done()


class Dropping(DTPHandler):
    """Drops data and control connection after a part of a file."""

    sent = 0

    def initiate_send(self):
        channel = self.cmd_channel
        self.sent += 65536
        if channel.drop_after and self.sent > channel.drop_after:
            channel.close()
        else:
            super().initiate_send()

    def initiate_sendfile(self):
        self.initiate_send()


@pytest.fixture
def handler():
    return type("Here", (Handler,), {"said": [], "dtp_handler": Dropping, "use_sendfile": False})


@pytest.fixture
def server(tmp_path, handler):
    home = tmp_path / "server"
    (home / "in").mkdir(parents=True)
    handler.authorizer = DummyAuthorizer()
    handler.authorizer.add_user("u", "p", str(home), perm="elradfmw")
    ftp = FTPServer(("127.0.0.1", 0), handler)
    ended = threading.Event()

    def serve():
        while not ended.is_set():
            ftp.serve_forever(timeout=0.05, blocking=False, handle_exit=False)
        ftp.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield home, ftp.socket.getsockname()[1]
    ended.set()
    thread.join(5)


def run(
    port: int, attributes: str, body: str = "", *, retries: int = 0, passive: bool = True, timeout: int = 60
) -> object:
    connection = (
        f'<connection name="ftp" kind="FTP"><DTS:ConnectionManager xmlns:DTS="{DTS}" DTS:ConnectionString="127.0.0.1:{port}">'
        f'<DTS:FtpConnection DTS:ServerName="127.0.0.1" DTS:ServerPort="{port}" DTS:ServerUserName="u" DTS:Retries="{retries}" '
        f'DTS:TimeOut="{timeout}" DTS:UsePassiveMode="{passive}"><DTS:ServerPassword DTS:Sensitive="1">p</DTS:ServerPassword></DTS:FtpConnection>'
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
    send = f'TaskRemotePath="/in" TaskTransferAscii="True" TaskOverwriteDest="True" {LOCAL}'
    assert run(port, send, variable("local", tmp_path / "t.txt")).result is ExecResult.SUCCESS
    assert (home / "in" / "t.txt").read_bytes().replace(b"\r\n", b"\n") == b"a\nb\n"


def test_binary_transfer_keeps_every_byte(server, handler, tmp_path) -> None:
    home, port = server
    data = bytes(range(256)) * 5000 + b"a\r\nb\n"
    (tmp_path / "x.bin").write_bytes(data)
    assert (
        run(port, f'TaskRemotePath="/in" {LOCAL}', variable("local", tmp_path / "x.bin")).result is ExecResult.SUCCESS
    )
    assert (home / "in" / "x.bin").read_bytes() == data
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/x.bin" {LOCAL}'
    assert run(port, receive, variable("local", tmp_path / "back.bin")).result is ExecResult.SUCCESS
    assert (tmp_path / "back.bin").read_bytes() == data
    assert "TYPE I" in handler.said


@pytest.mark.parametrize(("passive", "command"), [(True, "PASV"), (False, "PORT")])
def test_passive_and_active_transfers(server, handler, tmp_path, passive, command) -> None:
    home, port = server
    (home / "in" / "a.txt").write_text("a")
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/a.txt" {LOCAL}'
    done = run(port, receive, variable("local", tmp_path), passive=passive)
    assert done.result is ExecResult.SUCCESS, done.errors()
    assert (tmp_path / "a.txt").read_text() == "a"
    words = {line.split()[0] for line in handler.said}
    assert words & {"PASV", "EPSV", "PORT", "EPRT"} == {command}


def test_both_paths_may_stand_in_variables(server, tmp_path) -> None:
    home, port = server
    (tmp_path / "v.txt").write_text("v")
    both = f'TaskRemotePath="User::remote" TaskIsRemotePathVar="True" {LOCAL}'
    places = variable("remote", "/in") + variable("local", tmp_path / "v.txt")
    assert run(port, both, places).result is ExecResult.SUCCESS
    assert (home / "in" / "v.txt").read_text() == "v"
    number = '<variable name="User::remote" type="3" value="5"/>' + variable("local", tmp_path / "v.txt")
    assert run(port, both, number).result is ExecResult.FAILURE


def test_a_local_path_may_be_a_file_connection(server, tmp_path) -> None:
    home, port = server
    (tmp_path / "c.txt").write_text("c")
    file = f'<connection name="file" kind="FILE" string="{tmp_path / "c.txt"}"/>'
    assert run(port, 'TaskRemotePath="/in/" TaskLocalPath="file"', file).result is ExecResult.SUCCESS
    assert (home / "in" / "c.txt").read_text() == "c"


@pytest.mark.parametrize(("retries", "refused", "works"), [(0, 1, False), (2, 2, True), (2, 3, False)])
def test_connecting_is_tried_again(server, handler, tmp_path, retries, refused, works) -> None:
    _, port = server
    handler.refused_logins = refused
    done = run(port, 'TaskOperationType="MakeDirRemote" TaskRemotePath="/new"', retries=retries)
    assert (done.result is ExecResult.SUCCESS) is works
    assert works or done.errors() == ["F 0xC002918F"]


def test_a_server_that_falls_silent_is_given_up(server, handler, tmp_path) -> None:
    _, port = server
    handler.silent = True
    started = time.monotonic()
    done = run(port, 'TaskOperationType="MakeDirRemote" TaskRemotePath="/new"', timeout=1)
    assert done.errors() == ["F 0xC002918F"]
    assert time.monotonic() - started < 10


def test_a_connection_that_drops_leaves_no_half_file(server, handler, tmp_path) -> None:
    home, port = server
    (home / "in" / "big.bin").write_bytes(b"x" * 3_000_000)
    (tmp_path / "big.bin").write_bytes(b"old")
    handler.drop_after = 100_000
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/big.bin" TaskOverwriteDest="True" {LOCAL}'
    done = run(port, receive, variable("local", tmp_path), timeout=5)
    assert done.result is ExecResult.FAILURE
    assert len(done.errors()) == 1
    assert (tmp_path / "big.bin").read_bytes() == b"old"
    assert not list(tmp_path.glob("*.part"))


def test_a_name_in_other_case_is_another_file(server, tmp_path) -> None:
    home, port = server
    for name in ("a.txt", "A.TXT"):
        (home / "in" / name).write_text(name)
    assert run(port, 'TaskOperationType="DeleteRemote" TaskRemotePath="/in/a.txt"').result is ExecResult.SUCCESS
    assert [path.name for path in (home / "in").iterdir()] == ["A.TXT"]
    assert run(port, 'TaskOperationType="DeleteRemote" TaskRemotePath="/in/a.txt"').result is ExecResult.SUCCESS
    assert list((home / "in").iterdir()) == []


@pytest.mark.parametrize("answer", ["450 No files found.", "550 No such directory."])
def test_servers_that_refuse_to_list_nothing(server, handler, tmp_path, answer) -> None:
    home, port = server
    handler.listing = answer
    (tmp_path / "n.txt").write_text("n")
    assert (
        run(port, f'TaskRemotePath="/in" {LOCAL}', variable("local", tmp_path / "n.txt")).result is ExecResult.SUCCESS
    )
    assert (home / "in" / "n.txt").read_text() == "n"
    receive = f'TaskOperationType="Receive" TaskRemotePath="/in/*" {LOCAL}'
    assert run(port, receive, variable("local", tmp_path)).errors() == ["F 0xC0029178"]


def test_wildcards_here_and_there(server, tmp_path) -> None:
    home, port = server
    for name in ("day1.csv", "day2.csv", "day10.csv", "[day]1.csv"):
        (home / "in" / name).write_text(name)
        (tmp_path / name).write_text(name)
    (home / "in" / "day3.csv").mkdir()
    (home / "in" / "day3.csv" / "kept").write_text("x")
    assert run(port, 'TaskOperationType="DeleteRemote" TaskRemotePath="/in/day?.csv"').result is ExecResult.SUCCESS
    assert sorted(path.name for path in (home / "in").iterdir()) == ["[day]1.csv", "day10.csv", "day3.csv"]
    deleted = run(port, f'TaskOperationType="DeleteLocal" {LOCAL}', variable("local", f"{tmp_path}/day*.csv"))
    assert deleted.result is ExecResult.SUCCESS
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == ["[day]1.csv"]
    full = run(port, 'TaskOperationType="RemoveDirRemote" TaskRemotePath="/in/day3.csv"')
    assert full.result is ExecResult.FAILURE
    assert (home / "in" / "day3.csv" / "kept").exists()
