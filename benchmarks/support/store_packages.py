"""Packages for the benchmark of the stores: of real size and make-up, each different, some with a password."""

from __future__ import annotations

import random

__all__ = ["package", "place"]

HEAD = """<?xml version="1.0"?>
<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package" DTS:CreationName="Microsoft.Package"
  DTS:DTSID="{{{id}}}" DTS:ExecutableType="Microsoft.Package" DTS:ObjectName="Load {number}" DTS:PackageType="5"
  DTS:ProtectionLevel="0" DTS:VersionBuild="{number}" DTS:VersionGUID="{{{id}}}">
  <DTS:Property DTS:Name="PackageFormatVersion">8</DTS:Property>
  <DTS:ConnectionManagers>
    <DTS:ConnectionManager DTS:refId="Package.ConnectionManagers[DW]" DTS:CreationName="OLEDB"
      DTS:DTSID="{{5B7A3F52-0D4E-4C9E-8A52-{number:012}}}" DTS:ObjectName="DW">
      <DTS:ObjectData>
        <DTS:ConnectionManager DTS:ConnectionString="Data Source=srv;User ID=etl;Initial Catalog=DW;">
          <DTS:Password DTS:Name="Password" Sensitive="1">secret {number}</DTS:Password>
        </DTS:ConnectionManager>
      </DTS:ObjectData>
    </DTS:ConnectionManager>
  </DTS:ConnectionManagers>
  <DTS:Executables>
"""
TASK = """    <DTS:Executable DTS:refId="Package\\Task {n}" DTS:CreationName="Microsoft.ExecuteSQLTask"
      DTS:DTSID="{{00000000-1111-2222-3333-{n:012}}}" DTS:ExecutableType="Microsoft.ExecuteSQLTask"
      DTS:ObjectName="Task {n}">
      <DTS:ObjectData>
        <SQLTask:SqlTaskData SQLTask:Connection="{{5B7A3F52-0D4E-4C9E-8A52-{number:012}}}"
          SQLTask:SqlStatementSource="{sql}"
          xmlns:SQLTask="www.microsoft.com/sqlserver/dts/tasks/sqltask" />
      </DTS:ObjectData>
    </DTS:Executable>
"""
TAIL = "  </DTS:Executables>\n</DTS:Executable>\n"
WORDS = [
    "SELECT",
    "FROM",
    "WHERE",
    "JOIN",
    "customer",
    "order",
    "amount",
    "stage",
    "target",
    "key",
    "date",
    "region",
    "product",
    "group",
    "by",
    "sum",
    "count",
]


def package(number: int, kilobytes: int) -> bytes:
    """A package of about that size."""
    chance = random.Random(number)
    parts = [HEAD.format(id=f"00000000-0000-0000-0000-{number:012}", number=number)]
    size, n = len(parts[0]), 0
    while size < kilobytes * 1024:
        sql = " ".join(chance.choices(WORDS, k=chance.randrange(20, 200)))
        parts.append(TASK.format(n=n, number=number, sql=sql))
        size += len(parts[-1])
        n += 1
    return "".join([*parts, TAIL]).encode()


def place(number: int, packages: int, folders: int) -> tuple[str, str]:
    """The folder and name of a package: the same number in each folder."""
    return f"Folder {number * folders // packages:04}", f"Load {number:06}"
