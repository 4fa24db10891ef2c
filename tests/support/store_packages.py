"""Small packages for the tests of stores and tools."""

from __future__ import annotations

HEAD = b'<?xml version="1.0"?>\r\n'


def package(name: str = "Load", *, level: int = 0, package_id: str = "", secret: str = "", version: int = 8) -> bytes:
    """A package of format 8 (or another number), with a connection whose password is ``secret`` where given."""
    package_id = package_id or "{0F6A5D1E-3B0C-4B8A-9C57-2B1D8B7A4E10}"
    connection = f"""
  <DTS:ConnectionManagers>
    <DTS:ConnectionManager DTS:refId="Package.ConnectionManagers[DW]" DTS:CreationName="OLEDB"
      DTS:DTSID="{{5B7A3F52-0D4E-4C9E-8A52-8B9D2D5F6C11}}" DTS:ObjectName="DW">
      <DTS:ObjectData>
        <DTS:ConnectionManager DTS:ConnectionString="Data Source=.;User ID=etl;Initial Catalog=DW;">
          <DTS:Password DTS:Name="Password" Sensitive="1">{secret}</DTS:Password>
        </DTS:ConnectionManager>
      </DTS:ObjectData>
    </DTS:ConnectionManager>
  </DTS:ConnectionManagers>"""
    text = f"""<DTS:Executable xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:refId="Package"
  DTS:CreationDate="9/18/2020 3:40:38 PM" DTS:CreationName="Microsoft.Package" DTS:CreatorName="me"
  DTS:Description="Loads &quot;it&quot;" DTS:DTSID="{package_id}" DTS:ExecutableType="Microsoft.Package"
  DTS:LastModifiedProductVersion="15.0.2000.5" DTS:LocaleID="1033" DTS:ObjectName="{name}" DTS:PackageType="5"
  DTS:ProtectionLevel="{level}" DTS:VersionBuild="7" DTS:VersionGUID="{{3A0D2C8F-6C5B-4F1E-9D70-6E1C0B7F2A33}}">
  <DTS:Property DTS:Name="PackageFormatVersion">{version}</DTS:Property>{connection if secret else ""}
  <DTS:Variables />
  <DTS:Executables />
</DTS:Executable>
"""
    return HEAD + text.replace("\n", "\r\n").encode()
