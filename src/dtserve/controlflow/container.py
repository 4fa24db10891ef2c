"""What every executable is: a container with properties, variables, events, errors and a result.

Sequence, loops, package, event handler and the task host are containers (CONTROL_FLOW §1, §4).
Life of one execution: property expressions → OnPreExecute → work → error count, forced
result → OnPostExecute → FailParentOnFailure, FailPackageOnFailure.
"""

from __future__ import annotations

import enum
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from dtserve.controlflow import delivery, transactions
from dtserve.controlflow.errors import PropertyExpressionError, PropertyExpressionSetError
from dtserve.controlflow.evaluation import property_value
from dtserve.controlflow.properties import Property, PropertyBag
from dtserve.controlflow.results import ExecResult
from dtserve.controlflow.scope import RuntimeVariable, Scope
from dtserve.controlflow.settlement import ForcedResult, settle, tell_ancestors
from dtserve.errors import Canceled, DtserveError, InternalError, UnsupportedError

if TYPE_CHECKING:
    from dtserve.controlflow.containers.event_handler import HandlerContainer
    from dtserve.controlflow.runtime import PackageRun
    from dtserve.controlflow.transactions import Transaction
    from dtserve.package.model import Executable, PropertyExpression

__all__ = ["Container", "ForcedResult", "TransactionOption"]


_STORED = {
    "Name": "name", "Description": "description", "Disable": "disabled", "DelayValidation": "delay_validation",
    "DisableEventHandlers": "disable_event_handlers", "FailPackageOnFailure": "fail_package_on_failure",
    "FailParentOnFailure": "fail_parent_on_failure", "MaximumErrorCount": "max_error_count",
    "ForceExecutionValue": "force_exec_value", "ForcedExecutionValue": "exec_value",
    "IsolationLevel": "isolation_level", "LocaleID": "locale_id",
}  # fmt: skip
"""Property → field of the model."""


class TransactionOption(enum.IntEnum):
    """TransactionOption (CONTROL_FLOW §8)."""

    NOT_SUPPORTED = 0
    SUPPORTED = 1
    REQUIRED = 2


class Container(PropertyBag):
    """An executable of a running package; made once per run, executed any number of times."""

    kind: ClassVar[str] = "Container"
    fires_task_failed: ClassVar[bool] = False

    name = Property("Name", str, "", text="Name of the object.")
    description = Property("Description", str, "", text="Description of the object.")
    disabled = Property("Disable", bool, False, aliases=("Disabled",), text="The executable is skipped.")
    delay_validation = Property("DelayValidation", bool, False, text="Validate only just before execution.")
    disable_event_handlers = Property("DisableEventHandlers", bool, False, text="Its event handlers do not run.")
    fail_package_on_failure = Property("FailPackageOnFailure", bool, False, text="Its failure fails the package.")
    fail_parent_on_failure = Property("FailParentOnFailure", bool, False, text="Its failure fails its container.")
    maximum_error_count = Property(
        "MaximumErrorCount", int, 1, aliases=("MaxErrorCount",), text="Errors at which it fails; 0 = no limit."
    )
    force_execution_result = Property(
        "ForceExecutionResult", ForcedResult, ForcedResult.NONE, text="Replaces the result."
    )
    force_execution_value = Property(
        "ForceExecutionValue", bool, False, aliases=("ForceExecValue",), text="ForcedExecutionValue is used."
    )
    forced_execution_value = Property(
        "ForcedExecutionValue", str, "0", aliases=("ExecValue",), text="Replaces the execution value."
    )
    isolation_level = Property("IsolationLevel", int, 1048576, text="Used when it starts a transaction.")
    transaction_option = Property(
        "TransactionOption", TransactionOption, TransactionOption.SUPPORTED, text="NotSupported, Supported, Required."
    )
    locale_id = Property("LocaleID", int, -1, text="LCID; -1 = that of the parent.")
    logging_mode = Property("LoggingMode", int, 0, text="0 as the parent, 1 enabled, 2 disabled.")

    def __init__(self, model: Executable, parent: Container | None, run: PackageRun) -> None:
        super().__init__()
        self.model = model
        self.parent = parent
        self.run = run
        self.scope = Scope(self._outer_scope(), self._variable_changed, lambda: self.locale)
        self.children: list[Container] = []
        self.handlers: dict[str, HandlerContainer] = {}
        self.handler: HandlerContainer | None = parent.handler if parent is not None else None
        self.result: ExecResult | None = None
        self.execution_value: Any = None
        self.error_count = 0
        self.stopping = False
        self.cancel_requested = False
        self.validated = False
        self.transaction: Transaction | None = None
        self.start_time = run.start_time
        self._lock = threading.Lock()
        self._copy_properties()
        for variable in model.variables:
            self.scope.add(RuntimeVariable.from_model(variable))

    def _outer_scope(self) -> Scope | None:
        return self.parent.scope if self.parent is not None else None

    def _copy_properties(self) -> None:
        for name, stored in _STORED.items():
            self.property_values[name] = getattr(self.model, stored)
        self.property_values["ForceExecutionResult"] = ForcedResult(self.model.force_execution_result)
        self.property_values["TransactionOption"] = TransactionOption(self.model.transaction_option)
        self.property_values["LoggingMode"] = self.model.logging.mode

    @property
    def object_name(self) -> str:
        """The name of the executable."""
        return self.name

    @property
    def locale(self) -> int:
        """The LCID in effect: its own or the nearest ancestor's."""
        here: Container | None = self
        while here is not None:
            if here.locale_id > 0:
                return here.locale_id
            here = here.parent
        return 1033

    # --- events ---------------------------------------------------------------------------

    def raise_event(self, kind: str, **facts: Any) -> bool:
        """Raise an event here; it reaches the sink once and every ancestor (CONTROL_FLOW §6).

        Returns whether a handler asked to cancel (``System::Cancel``).
        """
        return delivery.deliver(self, kind, facts)

    def fire_error(self, code: int, message: str, subcomponent: str = "") -> bool:
        """OnError: counted here and in every ancestor."""
        return self.raise_event("OnError", code=code & 0xFFFFFFFF, message=message, subcomponent=subcomponent)

    def fire_warning(self, code: int, message: str, subcomponent: str = "") -> bool:
        """OnWarning."""
        return self.raise_event("OnWarning", code=code & 0xFFFFFFFF, message=message, subcomponent=subcomponent)

    def fire_information(self, code: int, message: str, subcomponent: str = "") -> bool:
        """OnInformation."""
        return self.raise_event("OnInformation", code=code & 0xFFFFFFFF, message=message, subcomponent=subcomponent)

    def fire_progress(self, message: str, percent: int, subcomponent: str = "") -> bool:
        """OnProgress."""
        return self.raise_event("OnProgress", message=message, percent=percent, subcomponent=subcomponent)

    def report(self, error: DtserveError) -> None:
        """OnError for an exception."""
        self.fire_error(error.code, error.message)

    def count_error(self) -> None:
        """One more error, raised here or below."""
        with self._lock:
            self.error_count += 1

    def _variable_changed(self, variable: RuntimeVariable) -> None:
        self.raise_event(
            "OnVariableValueChanged",
            data={
                "VariableName": variable.qualified_name,
                "VariableID": variable.dtsid,
                "VariableDescription": variable.description,
            },
        )

    # --- property expressions -------------------------------------------------------------

    def apply_expressions(self) -> None:
        """Evaluate the property expressions; coded errors for what cannot be evaluated or set."""
        for each in self.model.property_expressions:
            self._apply_expression(each)

    def _apply_expression(self, each: PropertyExpression) -> None:
        try:
            value = property_value(each.expression, self.scope, each.name)
        except DtserveError as error:
            raise PropertyExpressionError(
                expression=each.expression, property=each.name, detail=error.message
            ) from error
        try:
            self.set_property(each.name, value)
        except DtserveError as error:
            raise PropertyExpressionSetError(
                expression=each.expression, property=each.name, detail=error.message
            ) from error

    # --- validation -----------------------------------------------------------------------

    def validate(self) -> bool:
        """Validate this executable and what is below it; errors are raised as events. True when all is well."""
        if not self.guard(self.apply_expressions):
            return False
        if self.disabled:
            return True
        self.raise_event("OnPreValidate")
        good = self.guard(self.check)
        for child in (*self.children, *self.handlers.values()):
            if not child.delay_validation:
                good = child.validate() and good
        self.raise_event("OnPostValidate")
        self.validated = True
        return good

    def refuse_unsupported(self) -> None:
        """Raise UnsupportedPart for the first enabled part at or below this one that cannot be run."""
        for each in self.model.property_expressions:
            if each.name.lower() in ("disable", "disabled"):
                self._apply_expression(each)
        if self.disabled:
            return
        transactions.refuse_isolation(self)
        self.refuse()
        for child in (*self.children, *self.handlers.values()):
            child.refuse_unsupported()

    def refuse(self) -> None:
        """Raise UnsupportedPart when this executable is of a kind that cannot be run."""

    def check(self) -> None:
        """Check this executable itself; raises coded errors."""

    def guard(self, action: Callable[[], None]) -> bool:
        """Run ``action``; an exception becomes OnError. Unsupported parts and stops pass through."""
        try:
            action()
        except (UnsupportedError, Canceled):
            raise
        except DtserveError as error:
            self.report(error)
            return False
        except Exception as error:
            self._report_defect(error)
            return False
        return True

    def _report_defect(self, error: Exception) -> None:
        if self.run.shared.debug:
            import traceback

            traceback.print_exc(file=sys.stderr)
        self.report(InternalError(where=f"{self.kind} {self.name}", detail=f"{type(error).__name__}: {error}"))

    # --- execution ------------------------------------------------------------------------

    def execute(self) -> ExecResult:
        """Run it once; never raises. Disabled executables succeed at once, without events (§3.4)."""
        self.error_count = 0
        self.stopping = False
        self.cancel_requested = False
        good = self._prepared()
        if good and self.disabled:
            self.result = ExecResult.SUCCESS
            return ExecResult.SUCCESS
        checkpoint = self.run.package.checkpoint
        done = checkpoint.done(self) if checkpoint is not None else None
        if done is not None:
            self.result = done
            return done
        self.start_time = datetime.fromtimestamp(int(time.time()))
        self.raise_event("OnPreExecute")
        transactions.begin(self)
        result = settle(self, self._worked() if good else ExecResult.FAILURE)
        result = transactions.end(self, result)
        self.result = result
        if result is ExecResult.FAILURE and self.fires_task_failed:
            self.raise_event("OnTaskFailed")
        self.raise_event("OnPostExecute", result=int(result))
        if result is ExecResult.FAILURE:
            tell_ancestors(self)
        elif checkpoint is not None:
            self.guard(lambda: checkpoint.record(self, result))
        return result

    def _prepared(self) -> bool:
        if not self.model.property_expressions:
            return True
        try:
            return self.guard(self.apply_expressions)
        except DtserveError as error:
            self.report(error)
            return False

    def _worked(self) -> ExecResult:
        try:
            self.run.cancel.check()
            result = self.work()
            self._keep_execution_value()
            return result
        except Canceled:
            return ExecResult.CANCELED
        except DtserveError as error:
            self.report(error)
            return ExecResult.CANCELED if self.run.cancel.canceled else ExecResult.FAILURE
        except Exception as error:
            if self.run.cancel.canceled:
                return ExecResult.CANCELED
            self._report_defect(error)
            return ExecResult.FAILURE

    def work(self) -> ExecResult:
        """What this kind of container does; may raise coded errors."""
        return ExecResult.SUCCESS

    def _keep_execution_value(self) -> None:
        if self.force_execution_value:
            from dtserve.controlflow.values import convert_to_variant

            self.execution_value = convert_to_variant(
                self.forced_execution_value, None, self.model.exec_value_type or 3, "ForcedExecutionValue"
            )
        name = self.model.exec_value_variable
        if name and name.lower() != "<none>" and self.execution_value is not None:
            self.scope.assign(name, self.execution_value)
