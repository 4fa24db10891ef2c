import threading
import warnings

import pytest

from dtserve.connections import ftp
from dtserve.connections.errors import FtpFailed
from dtserve.connections.registry import create_connection
from support.connections import NEW, OLD, environment, manager
from support.postgres import free_port

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # asyncore
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.servers import FTPServer


@pytest.fixture
def server(tmp_path):
    authorizer = DummyAuthorizer()
    authorizer.add_user("u", "secret", str(tmp_path), perm="elradfmw")
    handler = type("Handler", (FTPHandler,), {"authorizer": authorizer})
    held = FTPServer(("127.0.0.1", free_port()), handler)
    thread = threading.Thread(target=held.serve_forever, kwargs={"timeout": 0.05, "handle_exit": False})
    thread.start()
    yield held.address[1]
    held.close_all()
    thread.join(10)


XML = '<DTS:ConnectionManager><DTS:FtpConnection DTS:ServerName="127.0.0.1" DTS:ServerPort="{}" DTS:ServerUserName="u" DTS:Retries="{}" DTS:UsePassiveMode="True"/></DTS:ConnectionManager>'


def make(port, password="secret", retries=0):
    return create_connection(
        manager(
            "FTP",
            {"ConnectionString": f"127.0.0.1:{port}"},
            xml=XML.format(port, retries),
            sensitive={"ServerPassword": password},
        ),
        environment(),
    )


def test_login_and_files(server, tmp_path):
    (tmp_path / "a.txt").write_text("x")
    client = make(server).client()
    assert client.nlst() == ["a.txt"]
    client.close()


def test_a_wrong_password_is_not_tried_again(server):
    with pytest.raises(FtpFailed) as caught:
        make(server, "wrong", 5).client()
    assert "530" in caught.value.message
    assert "wrong" not in caught.value.describe()


def test_retries(monkeypatch):
    waited = []
    monkeypatch.setattr(ftp.time, "sleep", waited.append)
    with pytest.raises(FtpFailed):
        make(free_port(), retries=2).client()
    assert waited == [ftp.RETRY_PAUSE] * 2


def test_properties():
    found = create_connection(manager("FTP", {"ConnectionString": "plop:2121"}, xml="<x/>", shape=NEW), environment())
    assert (found.get_property("ServerName"), found.get_property("ServerPort")) == ("plop", "2121")
    found.set_property("ServerName", "other")
    assert found.connection_string == "other:2121"
    found.set_property("ConnectionString", "host")
    assert (found.get_property("ServerName"), found.get_property("ServerPort")) == ("host", "21")
    found.set_property("ServerPassword", "p")
    assert found.secret("serverpassword") == "p"
    assert found.get_property("ServerPassword") == ""
    assert found.chunk_bytes == 1024
    found.validate()
    found.set_property("ConnectionString", "")
    with pytest.raises(FtpFailed):
        found.validate()
    with pytest.raises(FtpFailed):
        found.client()


def test_the_old_way_of_storing():
    xml = '<DTS:ConnectionManager><DTS:FtpConnection><DTS:Property DTS:Name="ServerName">h</DTS:Property><DTS:Property DTS:Name="TimeOut">60</DTS:Property></DTS:FtpConnection></DTS:ConnectionManager>'
    found = create_connection(manager("FTP", {"ConnectionString": "h:21"}, xml=xml, shape=OLD), environment())
    assert found.get_property("ServerName") == "h"
