"""A Data Flow Task that copies the result of a query into a table, in the short form of ``support.control_flow``."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr


def copy_flow(
    name: str, source: str, query: str, destination: str, table: str, columns: Mapping[str, str], **properties: str
) -> str:
    """OLE DB Source (``query``) → OLE DB Destination (``table``, fast load); ``columns`` are name → pipeline type."""
    base = f"Package\\{name}"
    out, into = f"{base}\\From.Outputs[O]", f"{base}\\To.Inputs[I]"
    made = "".join(
        f'<outputColumn refId="{out}.Columns[{each}]" lineageId="{out}.Columns[{each}]" name="{each}" dataType="{kind}"'
        f' externalMetadataColumnId="{out}.ExternalColumns[{each}]"/>'
        for each, kind in columns.items()
    )
    taken = "".join(
        f'<inputColumn refId="{into}.Columns[{each}]" lineageId="{out}.Columns[{each}]" cachedName="{each}"'
        f' cachedDataType="{kind}" externalMetadataColumnId="{into}.ExternalColumns[{each}]"/>'
        for each, kind in columns.items()
    )
    return (
        f'<task name="{name}" type="Microsoft.Pipeline"><pipeline version="1"><components>'
        + _component(f"{base}\\From", "Source", source, {"SqlCommand": query, "AccessMode": "2", "CommandTimeout": "0"})
        + f'<outputs><output refId="{out}" name="O"><outputColumns>{made}</outputColumns>{_external(out, columns)}</output>'
        "</outputs></component>"
        + _component(
            f"{base}\\To",
            "Destination",
            destination,
            {"OpenRowset": table, "AccessMode": "3", "FastLoadOptions": "TABLOCK", "CommandTimeout": "0", **properties},
        )
        + f'<inputs><input refId="{into}" name="I" errorRowDisposition="FailComponent"><inputColumns>{taken}</inputColumns>'
        f"{_external(into, columns)}</input></inputs></component></components>"
        f'<paths><path refId="{base}.Paths[P]" name="P" startId="{out}" endId="{into}"/></paths></pipeline></task>'
    )


def _component(ref: str, kind: str, connection: str, properties: Mapping[str, str]) -> str:
    stored = "".join(f"<property name={quoteattr(key)}>{_text(value)}</property>" for key, value in properties.items())
    return (
        f'<component refId="{ref}" componentClassID="Microsoft.OLEDB{kind}" name="{ref.rpartition(chr(92))[2]}" version="7">'
        f"<properties>{stored}</properties><connections>"
        f'<connection refId="{ref}.Connections[OleDbConnection]" connectionManagerID="{connection}" name="OleDbConnection"'
        f' connectionManagerRefId="Package.ConnectionManagers[{connection}]"/></connections>'
    )


def _external(ref: str, columns: Mapping[str, str]) -> str:
    return (
        '<externalMetadataColumns isUsed="True">'
        + "".join(
            f'<externalMetadataColumn refId="{ref}.ExternalColumns[{each}]" name="{each}" dataType="{kind}"/>'
            for each, kind in columns.items()
        )
        + "</externalMetadataColumns>"
    )


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
