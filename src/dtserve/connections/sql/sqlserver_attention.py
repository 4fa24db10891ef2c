"""Stopping a statement that runs on SQL Server: an attention, as TDS calls it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dtserve.connections.errors import SqlError, SqlTimeout
from dtserve.connections.sql.dbapi import DbApiSession
from dtserve.connections.sql.target import DatabaseTarget
from dtserve.errors import Canceled

__all__ = ["AttentionSession"]


class AttentionSession(DbApiSession):
    """A session whose statements can be stopped from another thread, whatever the driver."""

    driver = ""

    def __init__(self, target: DatabaseTarget) -> None:
        self._stopping = threading.Lock()
        self._attention: Any = None
        super().__init__(target)

    def stop(self) -> None:
        """Send an attention; the thread that runs the statement reads the answer.

        python-tds' own ``cancel`` reads it, too, and the two would wait for each other's bytes. While a request is
        being sent its buffer is in use, so the connection is closed then.
        """
        if self.driver != "pytds":
            # SQLCancel, the one call of ODBC that another thread may make: closing the connection crashes the driver
            cancel = getattr(getattr(self._cursor, "hstmt", None), "_cancel", None)
            with suppress(Exception):
                if cancel is not None:
                    cancel()
            return
        from pytds import tds_base

        with self._stopping, suppress(Exception):
            inner: Any = getattr(self._cursor, "_session", None)
            state = getattr(inner, "state", tds_base.TDS_IDLE)
            if state == tds_base.TDS_QUERYING:
                self.connection.close()
            elif state in (tds_base.TDS_PENDING, tds_base.TDS_READING):
                self._attention = inner
                # as put_cancel does, which says so too late: the other thread may have read the answer by then
                inner.in_cancel = True
                inner._writer.begin_packet(tds_base.PacketType.CANCEL)
                inner._writer.flush()

    @contextmanager
    def limited(self, timeout: int) -> Iterator[None]:
        """The statement's time limit; Microsoft's driver may end a statement that was stopped without an error."""
        with super().limited(timeout):
            yield
        if self.driver != "pytds" and self._expired.is_set():
            raise SqlTimeout(seconds=timeout)
        if self.driver != "pytds" and self._canceled.is_set():
            raise Canceled

    @contextmanager
    def errors(self, timeout: int) -> Iterator[None]:
        """The driver's errors as ours; a statement that an attention ended has not been carried out."""
        try:
            with super().errors(timeout):
                yield
        except RuntimeError as error:  # what Microsoft's driver finds itself, as a date that it does not take
            raise SqlError(detail=str(error)) from None
        with self._stopping:
            inner, self._attention = self._attention, None
        if self.driver != "pytds" and self._streaming and self._canceled.is_set():
            raise Canceled  # a cancel between two fetches is none for the driver
        if inner is None:
            return
        if inner.in_cancel:  # the statement was over before the attention came: its answer is still to be read
            try:
                inner.process_cancel()
            except (self.errors_base, OSError):
                self.connection.close()
        if self._expired.is_set():
            raise SqlTimeout(seconds=timeout)
        raise Canceled
