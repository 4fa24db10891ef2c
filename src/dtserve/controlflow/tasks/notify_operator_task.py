"""Notify Operator Task (CONTROL_FLOW §27): a mail to operators of SQL Server Agent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.tasks import maintenance_errors as errors
from dtserve.controlflow.tasks.database import quoted_text
from dtserve.controlflow.tasks.maintenance import MaintenanceTask

if TYPE_CHECKING:
    from dtserve.controlflow.task_host import TaskHost

__all__ = ["NotifyOperatorTask"]

OPERATOR_TAGS = ("OperatorNotify", "OperatorsNotify", "Operators", "Operator")
"""Child elements that name an operator: no stored task was seen, UNVERIFIED."""


@task("DbMaintenanceNotifyOperatorTask")
class NotifyOperatorTask(MaintenanceTask):
    """Notifies operators."""

    part: ClassVar[str] = "DbMaintenanceNotifyOperatorTask"
    title: ClassVar[str] = "Notify Operator"
    per_database: ClassVar[bool] = False

    message = Property("Message", str, "", text="The text.")
    subject = Property("Subject", str, "", text="The subject.")
    profile = Property("Profile", str, "", text="Profile of Database Mail; empty = the default one.")

    def __init__(self, host: TaskHost) -> None:
        super().__init__(host)
        self.operators = [name for tag in OPERATOR_TAGS for name in self.children(tag)]

    def check(self) -> None:
        """There must be operators and a text."""
        self.require(Message=self.message)
        if not self.operators:
            raise errors.MaintenanceNotSet(property="OperatorNotify", task=self.host.name)

    def server_statements(self) -> Iterator[str]:
        """A call for each operator."""
        profile = f",@profile_name={quoted_text(self.profile)}" if self.profile.strip() else ""
        for name in self.operators:
            yield (
                f"EXECUTE msdb.dbo.sp_notify_operator @name={quoted_text(name)},"
                f"@subject={quoted_text(self.subject)},@body={quoted_text(self.message)}{profile}"
            )
