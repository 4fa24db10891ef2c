"""XML Task (CONTROL_FLOW §20): Validate (XSD, DTD), XSLT, XPATH, Merge, Diff and Patch.

DiffGrams are those of Microsoft's XmlDiff (``xml_diff``, ``xml_patch``), but for the hash of the source document.
Style sheets may not read or write files; schemas may include files of their own folder only through
the connection manager they come from.
"""

from __future__ import annotations

import codecs
import enum
import math
import threading
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING, Any

from dtserve.controlflow.properties import Property
from dtserve.controlflow.registry import task
from dtserve.controlflow.task import Task
from dtserve.controlflow.tasks import xml_errors as errors
from dtserve.controlflow.tasks.xml_files import saved_document, saved_nodes
from dtserve.controlflow.xml_sources import (
    SourceKind,
    node_text,
    parse_source,
    read_source,
    read_text,
    select,
    select_nodes,
)

if TYPE_CHECKING:
    from dtserve.controlflow.tasks.xml_diff import DiffOption
    from dtserve.controlflow.tasks.xml_nodes import Node

__all__ = ["XPathOperation", "XmlOperation", "XmlTask"]

_first_use = threading.Lock()
"""libxml2 sets up its schema types on first use without a lock of its own."""

DIFF_RESULT = ("false", "true")
"""What Diff gives as its result for different and equal documents: UNVERIFIED."""

W_HASH_UNKNOWN = 0x80D51532

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
    fail_on_invalid = Property(
        "FailOpOnValidationFail",
        bool,
        False,
        text="An invalid document fails the task.",
        aliases=("FailOnValidationFail",),
    )
    validation = Property("ValidationType", ValidationKind, ValidationKind.XSD, text="DTD or XSD.")
    details = Property("ValidationDetails", bool, False, text="The result lists the errors.")
    xpath_operation = Property(
        "XPathOperation", XPathOperation, XPathOperation.EVALUATION, text="Evaluation, Values, NodeList."
    )
    xpath_type = Property("XPathStringSourceType", SourceKind, SourceKind.DIRECT_INPUT, text="Where the XPath is.")
    xpath = Property("XPathStringSource", str, "", text="XPath of Merge, or where it is.")
    one_node = Property("PutResultInOneNode", bool, False, text="Wrap the result in ResultRootNode.")
    diff_options = Property("DiffOptions", str, "", text="What Diff does not look at; a number or names.")
    diff_algorithm = Property("DiffAlgorithm", str, "Auto", text="Kept, without effect.")
    fail_on_difference = Property(
        "FailOpOnDifference", bool, False, text="A difference fails the task.", aliases=("FailOnDifference",)
    )
    save_diffgram = Property("SaveDiffGram", bool, False, text="Keep the DiffGram of Diff.")
    diffgram_type = Property(
        "DiffGramDestinationType", SourceKind, SourceKind.FILE_CONNECTION, text="Where the DiffGram goes."
    )
    diffgram_destination = Property("DiffGramDestination", str, "", text="Connection manager or variable.")

    _transformed_xml = False

    def validate(self) -> None:
        """Source, operand and destinations must be set."""
        by_dtd = self.operation is XmlOperation.VALIDATE and self.validation is ValidationKind.DTD
        optional = by_dtd or self.operation is XmlOperation.MERGE
        if not self.source.strip() or (not optional and not self.second.strip()):
            raise errors.XmlOperandMissing(task=self.host.name)
        if self.operation is XmlOperation.DIFF:
            self._diff_options()
            if self.save_diffgram and not self.diffgram_destination.strip():
                raise errors.XmlOperandMissing(task=self.host.name)

    # --- execution ----------------------------------------------------------------------------

    def execute(self) -> None:
        """Do the operation and keep its result."""
        self.host.custom_event("XMLOperation", f"{self.operation.name}: {self.source}")
        if self.operation is XmlOperation.VALIDATE and self.validation is ValidationKind.DTD:
            result, valid = self._validate_by_dtd()
        else:
            actions = {
                XmlOperation.VALIDATE: self._validate_document,
                XmlOperation.XSLT: self._transform,
                XmlOperation.XPATH: self._query,
                XmlOperation.MERGE: self._merge,
                XmlOperation.DIFF: self._diff,
                XmlOperation.PATCH: self._patch,
            }
            root = parse_source(self.host, self.source_type, self.source, self.host.name)
            result, valid = actions[self.operation](root)
        if self.save_result:
            self._save(self._laid_out(result), self.destination_type, self.destination)
        if valid:
            return
        if self.operation is XmlOperation.DIFF and self.fail_on_difference:
            raise errors.XmlDifferent(task=self.host.name)
        if self.operation is XmlOperation.VALIDATE and self.fail_on_invalid:
            raise errors.XmlNotValid(task=self.host.name, detail=result[:500])

    def _validate_document(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        schema_root = parse_source(self.host, self.second_type, self.second, self.host.name)
        try:
            with _first_use:
                schema = etree.XMLSchema(schema_root)
        except etree.XMLSchemaParseError as error:
            raise errors.XmlOperandInvalid(what="schema", detail=str(error)) from None
        valid = schema.validate(root.getroottree())
        entries: Any = schema.error_log
        return self._report([(entry.line, entry.column, entry.message) for entry in entries], valid)

    def _validate_by_dtd(self) -> tuple[str, bool]:
        from dtserve.controlflow.tasks.xml_dtd import validate_by_dtd

        data = read_source(self.host, self.source_type, self.source, self.host.name)
        dtd = None
        if self.second.strip():
            dtd = read_source(self.host, self.second_type, self.second, self.host.name)
        found = validate_by_dtd(data, dtd, self._read_beside, self.host.name)
        return self._report(found, not found)

    def _read_beside(self, url: str) -> bytes:
        """A file that a DOCTYPE names, from the folder of the document or of the package."""
        environment = self.host.run.shared.environment
        name = url.removeprefix("file://")
        path = environment.map_path(name)
        if self.source_type is SourceKind.FILE_CONNECTION and not PureWindowsPath(name).anchor:
            path = environment.map_path(self.host.connection(self.source).connection_string).parent / name
        return path.read_bytes()

    def _report(self, found: list[tuple[int, int, str]], valid: bool) -> tuple[str, bool]:
        from lxml import etree

        if not self.details:
            return ("true" if valid else "false"), valid
        report = etree.Element("root")
        summary = etree.SubElement(report, "metadata")
        etree.SubElement(summary, "result").text = "true" if valid else "false"
        messages = etree.SubElement(report, "messages")
        for line, column, text in found:
            made = etree.SubElement(messages, "error", line=str(line), position=str(column))
            made.text = text
        return etree.tostring(report, encoding="unicode"), valid

    def _transform(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        sheet = parse_source(self.host, self.second_type, self.second, self.host.name)
        try:
            closed: Any = etree.XSLTAccessControl
            with _first_use:
                transform = etree.XSLT(sheet, access_control=closed.DENY_ALL)
            made = transform(root.getroottree())
            if made.getroot() is None or _says_method(sheet):
                return str(made), True
            self._transformed_xml = True
            return etree.tostring(made, encoding="unicode"), True
        except etree.XSLTError as error:
            raise errors.XmlOperandInvalid(what="style sheet", detail=str(error)) from None

    def _query(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        expression = read_text(self.host, self.second_type, self.second, self.host.name).strip()
        tree, name = root.getroottree(), self.host.name
        if self.xpath_operation is XPathOperation.EVALUATION:
            found = select(tree, expression, name)
            text = "".join(_evaluated(each) for each in (found if isinstance(found, list) else [found]))
        elif self.xpath_operation is XPathOperation.NODE_LIST:
            texts = [
                each if isinstance(each, str) else etree.tostring(each, encoding="unicode", with_tail=False)
                for each in select_nodes(tree, expression, name)
            ]
            text = "\n".join(texts)
        else:
            text = "".join(node_text(each) for each in select_nodes(tree, expression, name))
        return (f"<ResultRootNode>{text}</ResultRootNode>" if self.one_node else text), True

    def _merge(self, root: Any) -> tuple[str, bool]:
        from lxml import etree

        second = parse_source(self.host, self.second_type, self.second, self.host.name)
        expression = (
            read_text(self.host, self.xpath_type, self.xpath, self.host.name).strip() if self.xpath.strip() else "/*"
        )
        found = select(root.getroottree(), expression, self.host.name)
        if not isinstance(found, list) or not found or isinstance(found[0], str):
            raise errors.XmlOperandInvalid(what="XPath", detail=f'"{expression}" finds no element to merge into')
        for each in [second] if MERGED_IS_ROOT else list(second):
            found[0].append(each)
        return etree.tostring(root.getroottree(), encoding="unicode"), True

    # --- differences ----------------------------------------------------------------------------

    def _diff_options(self) -> DiffOption:
        from dtserve.controlflow.tasks.xml_diff import read_options

        try:
            return read_options(self.diff_options)
        except ValueError as error:
            raise errors.XmlOperandInvalid(what="option of Diff", detail=f'"{error}" is not known') from None

    def _nodes(self, kind: SourceKind, text: str) -> Node:
        from dtserve.controlflow.tasks.xml_nodes import parse_nodes
        from dtserve.package.xml import to_utf8

        parse_source(self.host, kind, text, self.host.name)
        return parse_nodes(to_utf8(read_source(self.host, kind, text, self.host.name)))

    def _diff(self, root: Any) -> tuple[str, bool]:
        from dtserve.controlflow.tasks.xml_diff import diff_documents

        source, changed = self._nodes(self.source_type, self.source), self._nodes(self.second_type, self.second)
        gram, equal = diff_documents(source, changed, self._diff_options())
        if self.save_diffgram:
            in_file = self.diffgram_type is not SourceKind.VARIABLE
            self._save(saved_document(gram) if in_file else gram, self.diffgram_type, self.diffgram_destination)
        return DIFF_RESULT[equal], equal

    def _patch(self, root: Any) -> tuple[str, bool]:
        from dtserve.controlflow.tasks.xml_nodes import serialize
        from dtserve.controlflow.tasks.xml_patch import patch_document

        source, gram = self._nodes(self.source_type, self.source), self._nodes(self.second_type, self.second)
        made, checked = patch_document(source, gram)
        if not checked:
            self.host.fire_warning(
                W_HASH_UNKNOWN,
                "The srcDocHash of the DiffGram was not made by dtserve, so that it could not be checked; the positions "
                "fit the document.",
            )
        return serialize(made), True

    def _laid_out(self, result: str) -> str | bytes:
        """Documents and nodes that go into a file are indented as .NET does it; some begin with a mark."""
        if self.destination_type is SourceKind.VARIABLE:
            return result
        if self._transformed_xml:
            return codecs.BOM_UTF8 + saved_document(result)
        if self.operation in (XmlOperation.MERGE, XmlOperation.PATCH):
            merged = self.operation is XmlOperation.MERGE
            return saved_document(result, self._nodes(self.source_type, self.source) if merged else None)
        listed = self.operation is XmlOperation.XPATH and self.xpath_operation is XPathOperation.NODE_LIST
        return saved_nodes(result) if listed and not self.one_node else result

    def _save(self, text: str | bytes, kind: SourceKind, destination: str) -> None:
        if kind is SourceKind.VARIABLE:
            if self.host.scope.value(destination) and not self.overwrite:
                raise errors.XmlDestinationExists(destination=destination)
            self.host.scope.assign(destination, text)
            return
        manager = self.host.connection(destination)
        path = self.host.run.shared.environment.map_path(manager.connection_string)
        if path.exists() and path.stat().st_size and not self.overwrite:
            raise errors.XmlDestinationExists(destination=manager.connection_string)
        try:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        except OSError as error:
            raise errors.XmlDestinationFailed(
                task=self.host.name, destination=manager.connection_string, detail=error.strerror or error
            ) from error


def _says_method(sheet: Any) -> bool:
    """Whether a style sheet says in which form its result is written."""
    return bool(sheet.xpath("//x:output/@method", namespaces={"x": "http://www.w3.org/1999/XSL/Transform"}))


def _evaluated(value: Any) -> str:
    """A number without needless decimals, a truth value as XPath writes it, a node's text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return str(int(value)) if value.is_integer() else repr(value)
    return node_text(value)
