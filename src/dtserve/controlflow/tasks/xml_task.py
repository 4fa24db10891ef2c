"""XML Task (CONTROL_FLOW §20): Validate (XSD), XSLT, XPATH and Merge.

Diff and Patch, whose DiffGrams only Microsoft's XmlDiff defines, and validation by DTD are refused by name.
Style sheets may not read or write files; schemas may include files of their own folder only through
the connection manager they come from.
"""

from __future__ import annotations

import enum
import threading
from typing import Any

from dtserve.controlflow.errors import UnsupportedPart
from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import xml_errors as errors
from dtserve.controlflow.xml_sources import SourceKind, node_text, parse_source, read_source, select

__all__ = ["XPathOperation", "XmlOperation", "XmlTask"]

_first_use = threading.Lock()
"""libxml2 sets up its schema types on first use without a lock of its own."""

MERGED_IS_ROOT = True
"""Merge appends the root element of the second document (else its children) to the node found: UNVERIFIED."""


class XmlOperation(enum.IntEnum):
    """OperationType."""

    VALIDATE = 0
    XSLT = 1
    XPATH = 2
    MERGE = 3
    DIFF = 4
    PATCH = 5


class XPathOperation(enum.IntEnum):
    """XPathOperation."""

    EVALUATION = 0
    VALUES = 1
    NODE_LIST = 2


class ValidationKind(enum.IntEnum):
    """ValidationType."""

    DTD = 0
    XSD = 1


@task("XMLTask")
class XmlTask(Task):
    """Validates, transforms, queries and merges XML documents."""

    operation = Property("OperationType", XmlOperation, XmlOperation.VALIDATE, text="What to do.")
    source_type = Property("SourceType", SourceKind, SourceKind.FILE_CONNECTION, text="Where the document is.")
    source = Property("Source", str, "", text="The document, or where it is.")
    second_type = Property("SecondOperandType", SourceKind, SourceKind.DIRECT_INPUT, text="Where the operand is.")
    second = Property("SecondOperand", str, "", text="Schema, style sheet, XPath or second document.")
    save_result = Property("SaveOperationResult", bool, False, text="Keep the result.")
    destination_type = Property(
        "DestinationType", SourceKind, SourceKind.FILE_CONNECTION, text="Where the result goes."
    )
    destination = Property("Destination", str, "", text="Connection manager or variable.")
    overwrite = Property("OverwriteDestination", bool, False, text="Replace an existing result.")
    fail_on_invalid = Property("FailOpOnValidationFail", bool, False, text="An invalid document fails the task.")
    validation = Property("ValidationType", ValidationKind, ValidationKind.XSD, text="DTD or XSD.")
    details = Property("ValidationDetails", bool, False, text="The result lists the errors.")
    xpath_operation = Property(
        "XPathOperation", XPathOperation, XPathOperation.EVALUATION, text="Evaluation, Values, NodeList."
    )
    xpath_type = Property("XPathStringSourceType", SourceKind, SourceKind.DIRECT_INPUT, text="Where the XPath is.")
    xpath = Property("XPathStringSource", str, "", text="XPath of Merge, or where it is.")
    one_node = Property("PutResultInOneNode", bool, False, text="Wrap the result in ResultRootNode.")
    diff_options = Property("DiffOptions", str, "", text="Of Diff, which is refused.")
    fail_on_difference = Property("FailOpOnDifference", bool, False, text="Of Diff, which is refused.")
    save_diffgram = Property("SaveDiffGram", bool, False, text="Of Diff, which is refused.")

    def refuse(self) -> None:
        """Refuse Diff, Patch and validation by DTD."""
        refused = ""
        if self.operation in (XmlOperation.DIFF, XmlOperation.PATCH):
            refused = f"operation {self.operation.name.title()}"
        elif self.operation is XmlOperation.VALIDATE and self.validation is ValidationKind.DTD:
            refused = "validation by DTD"
        if refused:
            raise UnsupportedPart(
                kind="Task", name=self.host.name, part="XMLTask", reason=f"its {refused} cannot be run."
            )

    def validate(self) -> None:
        """Source and operand must be set."""
        if not self.source.strip() or (self.operation is not XmlOperation.MERGE and not self.second.strip()):
            raise errors.XmlOperandMissing(task=self.host.name)

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Do the operation and keep its result."""
        self.host.custom_event("XMLOperation", f"{self.operation.name}: {self.source}")
        root = parse_source(self.host, self.source_type, self.source, self.host.name)
        actions = {
            XmlOperation.VALIDATE: self._validate_document,
            XmlOperation.XSLT: self._transform,
            XmlOperation.XPATH: self._query,
            XmlOperation.MERGE: self._merge,
        }
        result, valid = actions[self.operation](root)
        if self.save_result:
            self._save(result)
        if not valid and self.fail_on_invalid:
            raise errors.XmlNotValid(task=self.host.name, detail=result[:500])

    def _operand(self, kind: SourceKind, text: str) -> str:
        if kind is SourceKind.DIRECT_INPUT:
            return text
        data = read_source(self.host, kind, text, self.host.name)
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")

    def _validate_document(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        schema_root = parse_source(self.host, self.second_type, self.second, self.host.name)
        try:
            with _first_use:
                schema = etree.XMLSchema(schema_root)
        except etree.XMLSchemaParseError as error:
            raise errors.XmlOperandInvalid(what="schema", detail=str(error)) from None
        valid = schema.validate(root.getroottree())
        if not self.details:
            return ("true" if valid else "false"), valid
        report = etree.Element("root")
        summary = etree.SubElement(report, "metadata")
        etree.SubElement(summary, "result").text = "true" if valid else "false"
        messages = etree.SubElement(report, "messages")
        entries: Any = schema.error_log
        for entry in entries:
            made = etree.SubElement(messages, "error", line=str(entry.line), position=str(entry.column))
            made.text = entry.message
        return etree.tostring(report, encoding="unicode"), valid

    def _transform(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        sheet = parse_source(self.host, self.second_type, self.second, self.host.name)
        try:
            closed: Any = etree.XSLTAccessControl
            with _first_use:
                transform = etree.XSLT(sheet, access_control=closed.DENY_ALL)
            return str(transform(root.getroottree())), True
        except etree.XSLTError as error:
            raise errors.XmlOperandInvalid(what="style sheet", detail=str(error)) from None

    def _query(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        found = select(root.getroottree(), self._operand(self.second_type, self.second), self.host.name)
        nodes = found if isinstance(found, list) else [found]
        if self.xpath_operation is XPathOperation.NODE_LIST:
            texts = [
                each if isinstance(each, str) else etree.tostring(each, encoding="unicode", with_tail=False)
                for each in nodes
            ]
            text = "\n".join(texts)
        elif self.xpath_operation is XPathOperation.VALUES:
            text = "".join(node_text(each) for each in nodes)
        else:
            text = "".join(_evaluated(each) for each in nodes)
        return (f"<ResultRootNode>{text}</ResultRootNode>" if self.one_node else text), True

    def _merge(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        second = parse_source(self.host, self.second_type, self.second, self.host.name)
        expression = self._operand(self.xpath_type, self.xpath).strip() if self.xpath.strip() else "/*"
        found = select(root.getroottree(), expression, self.host.name)
        if not isinstance(found, list) or not found or isinstance(found[0], str):
            raise errors.XmlOperandInvalid(what="XPath", detail=f'"{expression}" finds no element to merge into')
        for each in [second] if MERGED_IS_ROOT else list(second):
            found[0].append(each)
        return etree.tostring(root.getroottree(), encoding="unicode"), True

    def _save(self, text: str) -> None:
        if self.destination_type is SourceKind.VARIABLE:
            if self.host.scope.value(self.destination) and not self.overwrite:
                raise errors.XmlDestinationExists(destination=self.destination)
            self.host.scope.assign(self.destination, text)
            return
        manager = self.host.connection(self.destination)
        path = self.host.run.shared.environment.map_path(manager.connection_string)
        if path.exists() and path.stat().st_size and not self.overwrite:
            raise errors.XmlDestinationExists(destination=manager.connection_string)
        path.write_bytes(text.encode("utf-8"))


def _evaluated(value: Any) -> str:
    """A number without needless decimals, a truth value as XPath writes it, a node's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return node_text(value)
