"""Logging in: the words of the server, and the time it may take."""

import socket
import time

import pymysql
import pytest

from dtserve.connections.errors import CannotAcquireConnection
from dtserve.connections.sql import parse_url
from dtserve.connections.sql.mysql_login import log_in, message_of


def test_a_login_and_a_wrong_password(mysql_server):
    url = mysql_server.empty()
    connection = log_in(pymysql, parse_url(url))
    assert connection.thread_id() > 0
    connection.close()
    with pytest.raises(CannotAcquireConnection, match="Access denied") as caught:
        log_in(pymysql, parse_url(url.replace(mysql_server.password, "wrong")))
    assert "wrong" not in caught.value.message


def test_nobody_there_is_said_at_once():
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        url = f"mysql://u@127.0.0.1:{used.getsockname()[1]}/d"
        with pytest.raises(CannotAcquireConnection, match=r"Can't connect to MySQL server on '127\.0\.0\.1'"):
            log_in(pymysql, parse_url(url))


def test_a_server_that_says_nothing_is_given_up():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        started = time.monotonic()
        url = f"mysql://u@127.0.0.1:{silent.getsockname()[1]}/d?connect_timeout=1"
        with pytest.raises(CannotAcquireConnection, match="Login timeout expired"):
            log_in(pymysql, parse_url(url))
        assert 0.9 < time.monotonic() - started < 5


def test_messages():
    assert message_of(Exception(5, "x")) == "x"
    assert message_of(Exception()) == "Exception"
