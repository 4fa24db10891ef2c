"""What is changed in a package so that one of its data flows runs here: empty variables, what a project would give."""

import re
from pathlib import Path
from typing import Any
from zlib import crc32

from lxml import etree

from dtserve.datatypes import from_token
from support.real_flows import DTS

__all__ = ["add_connections", "add_parameters", "fill_variables", "make_folders"]


def fill_variables(root: Any) -> None:
    """Values for empty text variables that paths and statements are made of."""
    wanted = set()
    for element in root.iter(f"{DTS}PropertyExpression"):
        wanted |= {name.rpartition("::")[2].lower() for name in re.findall(r"@\[?([\w:$ ]+)\]?", element.text or "")}
    for variable in root.iter(f"{DTS}Variable"):
        name = variable.get(f"{DTS}ObjectName") or next(
            (p.text for p in variable.findall(f"{DTS}Property") if p.get(f"{DTS}Name") == "ObjectName"), ""
        )
        held = variable.find(f"{DTS}VariableValue")
        if (
            held is not None
            and held.get(f"{DTS}DataType") == "8"
            and not (held.text or "").strip()
            and name
            and name.lower() in wanted
        ):
            held.text = f"in_{name}"


def make_folders(root: Any, folder: Path) -> None:
    """The folders of all paths that the package writes down, and files for paths among the data."""
    text = etree.tostring(root, encoding="unicode")
    data = folder / "C" / "data"
    data.mkdir(parents=True, exist_ok=True)
    for number in range(1, 16):
        (data / f"file_{number}.csv").write_text("x")
    for match in re.finditer(r"([A-Z]):\\([^<>|*?&;'\"]+)", text, re.IGNORECASE):
        parts = [part for part in match[2].split("\\") if part.strip(" .")]
        folder.joinpath(match[1].upper(), *(parts if match[2].endswith("\\") else parts[:-1])).mkdir(
            parents=True, exist_ok=True
        )


def add_parameters(root: Any) -> None:
    """Parameters of a project that is not in the collection become parameters of the package."""
    text = etree.tostring(root, encoding="unicode")
    names = sorted(set(re.findall(r"\$Project::(\w+)", text)))
    if not names:
        return
    for element in root.iter(f"{DTS}PropertyExpression", f"{DTS}Variable"):
        if element.text:
            element.text = element.text.replace("$Project::", "$Package::")
        if element.get(f"{DTS}Expression"):
            element.set(f"{DTS}Expression", element.get(f"{DTS}Expression").replace("$Project::", "$Package::"))
    held = root.find(f"{DTS}PackageParameters")
    if held is None:
        held = etree.Element(f"{DTS}PackageParameters")
        root.insert(0, held)
    for at, name in enumerate(names):
        made = etree.SubElement(held, f"{DTS}PackageParameter", {
            f"{DTS}ObjectName": name, f"{DTS}DataType": "8", f"{DTS}DTSID": f"{{00000000-0000-0000-0001-{at:012d}}}",
        })  # fmt: skip
        etree.SubElement(
            made, f"{DTS}Property", {f"{DTS}DataType": "8", f"{DTS}Name": "ParameterValue"}
        ).text = f"in_{name}"


def add_connections(root: Any) -> None:
    """Connection managers of a project that is not in the collection, made for the component that asks for them."""
    held = root.find(f"{DTS}ConnectionManagers")
    if held is None:
        held = etree.SubElement(root, f"{DTS}ConnectionManagers")
        root.insert(0, held)
    known = {e.get(f"{DTS}refId") for e in held} | {e.get(f"{DTS}DTSID") for e in held}
    for element in root.iter("connection"):
        reference = element.get("connectionManagerRefId", "")
        if not reference.startswith("Project.ConnectionManagers[") or reference in known:
            continue
        component = element.getparent().getparent()
        known.add(reference)
        held.append(_manager(reference, component))
    for element in held:
        for inner in element.iter(f"{DTS}ConnectionManager"):
            text = inner.get(f"{DTS}ConnectionString", "")
            if element.get(f"{DTS}CreationName") == "EXCEL" and ".xls;" in text.lower():
                inner.set(f"{DTS}ConnectionString", re.sub(r"(?i)\.xls;", ".xlsx;", text))


def _manager(reference: str, component: Any) -> Any:
    kind, text = "OLEDB", "Data Source=x;Initial Catalog=y;Provider=SQLNCLI11.1;Integrated Security=SSPI;"
    low = (component.get("componentClassID", "") + component.get("contactInfo", "")).lower()
    if "excel" in low:
        kind, text = (
            "EXCEL",
            'Provider=Microsoft.ACE.OLEDB.12.0;Data Source=C:\\in.xlsx;Extended Properties="EXCEL 12.0 XML;HDR=YES";',
        )
    elif "flatfile" in low or "flat file" in low:
        kind, text = "FLATFILE", "C:\\in.txt"
    elif "managedcomponenthost" in low or "ado net" in low or "datareader" in low or "adonet" in low:
        kind = "ADO.NET:System.Data.SqlClient.SqlConnection, System.Data, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089"
        text = "Data Source=x;Initial Catalog=y;Integrated Security=True;"
    number = crc32(reference.encode())
    made = etree.Element(f"{DTS}ConnectionManager", {
        f"{DTS}refId": reference, f"{DTS}CreationName": kind, f"{DTS}DTSID": f"{{00000000-0000-0000-0000-{number:012d}}}",
        f"{DTS}ObjectName": reference[reference.index("[") + 1 : -1],
    })  # fmt: skip
    data = etree.SubElement(made, f"{DTS}ObjectData")
    inner = etree.SubElement(data, f"{DTS}ConnectionManager", {f"{DTS}ConnectionString": text})
    if kind == "FLATFILE":
        _flat_columns(inner, component)
    return made


def _flat_columns(inner: Any, component: Any) -> None:
    for name, text in (
        ("Format", "Delimited"),
        ("ColumnNamesInFirstDataRow", "True"),
        ("CodePage", "1252"),
        ("LocaleID", "1033"),
    ):
        inner.set(f"{DTS}{name}", text)
    columns = etree.SubElement(inner, f"{DTS}FlatFileColumns")
    ends = list(component.iter("externalMetadataColumn"))
    for at, column in enumerate(ends):
        dt = from_token(column.get("dataType", "str"))
        end = "_x002C_" if at < len(ends) - 1 else "_x000D__x000A_"
        etree.SubElement(columns, f"{DTS}FlatFileColumn", {
            f"{DTS}ColumnType": "Delimited", f"{DTS}ColumnDelimiter": end, f"{DTS}MaximumWidth": column.get("length", "0"),
            f"{DTS}DataType": str(dt.value), f"{DTS}ObjectName": column.get("name", ""), f"{DTS}DataPrecision": column.get("precision", "0"),
            f"{DTS}DataScale": column.get("scale", "0"),
        })  # fmt: skip
