"""Data Profiling Task (CONTROL_FLOW §24): profiles of tables and views over ADO.NET connections, as DataProfile XML.

The document goes to a file (UTF-16, which the Data Profile Viewer opens) or a variable. SSIS profiles SQL Server only;
here any database that the connections reach. TimeOut and ProfileMode are those of the requests' document.
"""

from __future__ import annotations

import enum
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.errors import ConnectionNotFound
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task, local_name
from dtserve.controlflow.tasks import profile_errors as errors
from dtserve.controlflow.tasks.database import connected, database_text, manager_of, quoted_name, rows_of, target_of
from dtserve.controlflow.tasks.profile_requests import NAMESPACE, ProfileRequest, TableChoice, read_requests
from dtserve.controlflow.tasks.sql_errors import SqlExecutionFailed
from dtserve.controlflow.values import OBJECT
from dtserve.errors import ConnectionError_

if TYPE_CHECKING:
    from pathlib import Path

    from dtserve.connections.base import SqlSession
    from dtserve.controlflow.task_host import TaskHost
    from dtserve.controlflow.tasks.profile_queries import ProfiledTable

__all__ = ["DataProfilingTask", "ProfileDestinationType"]


class ProfileDestinationType(enum.IntEnum):
    """DestinationType."""

    FILE_CONNECTION = 0
    VARIABLE = 1


@task("DataProfilingTask")
class DataProfilingTask(Task):
    """Computes data profiles."""

    destination_type = Property(
        "DestinationType", ProfileDestinationType, ProfileDestinationType.FILE_CONNECTION, text="File or variable."
    )
    destination = Property("Destination", str, "", text="Connection manager or variable.")
    overwrite = Property("OverwriteDestination", bool, False, text="Replace a file that is there.")
    requests_xml = Property("ProfileInputXml", str, "", xml="ProfileInput", text="The requests, as XML.")
    time_out = Property("Timeout", int, 0, text="Seconds for a query; 0 = that of the requests.")

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        data = host.model.object_data
        for child in data if data is not None else ():
            if local_name(child.tag) == "ProfileInput":
                self.property_values["ProfileInputXml"] = "".join(child.itertext())

    # --- validation ---------------------------------------------------------------------------

    def validate(self) -> None:
        """Requests, their connections, destination."""
        _, requests = self._requests()
        for each in requests:
            target_of(manager_of(self.host, each.source))
        if self.destination_type is ProfileDestinationType.VARIABLE:
            found = self.host.scope.find(self.destination)
            if found is None or found.vt not in (8, OBJECT):
                raise self._no_destination("it is no variable of type String or Object")
            return
        path = self._path()
        if path.exists() and not self.overwrite:
            raise errors.ProfileDestinationExists(destination=self.destination, task=self.host.name)

    def _requests(self) -> tuple[Any, list[ProfileRequest]]:
        return read_requests(self.requests_xml, self.host.name)

    def _no_destination(self, detail: str) -> errors.ProfileDestination:
        return errors.ProfileDestination(destination=self.destination, task=self.host.name, detail=detail)

    def _path(self) -> Path:
        try:
            manager = self.host.connection(self.destination)
        except ConnectionNotFound:
            raise self._no_destination("there is no such connection manager") from None
        if not manager.model.creation_name.upper().startswith(("FILE", "FLATFILE")):
            raise self._no_destination("the connection manager is no file")
        return self.host.run.shared.environment.map_path(manager.connection_string)

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Compute every request and keep the document."""
        from dtserve.controlflow.tasks.profile_output import ProfileDocument
        from dtserve.controlflow.tasks.profile_run import ProfileRun

        root, requests = self._requests()
        stored = next((each.text for each in root.iter(f"{{{NAMESPACE}}}Timeout")), None)
        self._timeout = self.time_out or int(stored or 0)
        self._sessions: dict[str, SqlSession] = {}
        self._tables: dict[tuple[str, TableChoice], ProfiledTable] = {}
        document = ProfileDocument(root)
        with ExitStack() as stack:
            self._stack = stack
            run = ProfileRun(document, self._table, self._tags)
            for number, each in enumerate(requests):
                self.host.check_cancel()
                self.host.custom_event("DataProfilingTaskTrace", f"Start Processing Requests: {each.id}")
                document.source(each.source, manager_of(self.host, each.source).name)
                run.run(each)
                self.host.custom_event("DataProfilingTaskTrace", f"Finish Computing Request: {each.id}")
                self.host.fire_progress(f"Profile request {each.id}.", 100 * (number + 1) // len(requests))
        self._store(document.text())

    def _session(self, source: str) -> SqlSession:
        found = self._sessions.get(source)
        if found is None:
            found = self._sessions[source] = self._stack.enter_context(connected(self.host, source))
        return found

    def _table(self, request: ProfileRequest, role: str) -> ProfiledTable:
        from dtserve.controlflow.tasks.profile_queries import ProfiledTable

        choice = request.tables[role]
        found = self._tables.get((request.source, choice))
        if found is None:
            try:
                found = ProfiledTable(self.host, self._session(request.source), choice, self._timeout)
            except ConnectionError_ as error:
                raise SqlExecutionFailed(query=choice.name, detail=database_text(error)) from error
            self._tables[request.source, choice] = found
        return found

    def _tags(self, request: ProfileRequest) -> dict[str, str]:
        """Term in lower case → tag, of the request's tag table."""
        name = request.text("TagTableName").strip()
        if not name:
            return {}
        place = request.text("TagTableDataSourceID") or request.text("TagTableConnectionManager") or request.source
        path = ".".join(quoted_name(part.strip("[]")) for part in name.split("."))
        rows = rows_of(self.host, self._session(place.strip()), f"SELECT Tag, Term FROM {path}", timeout=self._timeout)
        return {str(term).lower(): str(tag) for tag, term in rows}

    def _store(self, text: str) -> None:
        if self.destination_type is ProfileDestinationType.VARIABLE:
            self.host.scope.assign(self.destination, text)
            return
        try:
            self._path().write_bytes(text.encode("utf-16"))
        except OSError as error:
            raise self._no_destination(error.strerror or str(error)) from error
