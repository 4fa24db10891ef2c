"""A made-up project: two packages, a connection manager, parameters, one of each secret."""

from pathlib import Path

from dtserve.package.project import Project
from dtserve.package.project_build import build_ispac
from support.package_texts import sample_bytes

PROJECT_ID = "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"


def _property(name: str, value: str, sensitive: bool = False) -> str:
    mark = ' SSIS:Sensitive="1"' if sensitive else ""
    return f'<SSIS:Property SSIS:Name="{name}"{mark}>{value}</SSIS:Property>\n'


def _parameter(name: str, value: str, guid: str, sensitive: bool = False) -> str:
    flag = "1" if sensitive else "0"
    return (
        f'<SSIS:Parameter SSIS:Name="{name}"><SSIS:Properties>' + _property("ID", guid) + _property("Sensitive", flag)
        + _property("Required", "0") + _property("Value", value, sensitive) + _property("DataType", "18") + "</SSIS:Properties></SSIS:Parameter>"
    )  # fmt: skip


def write_project(folder: Path) -> Path:
    """The project as a designer leaves it on disk; returns its .dtproj."""
    namespace = 'xmlns:SSIS="www.microsoft.com/SqlServer/SSIS"'
    names = ("Load 1.dtsx", "Ünload.dtsx")
    for name in names:
        (folder / name).write_bytes(sample_bytes(8, 5))
    (folder / "Shared.conmgr").write_text(
        '<?xml version="1.0"?>\n<DTS:ConnectionManager xmlns:DTS="www.microsoft.com/SqlServer/Dts" DTS:ObjectName="Shared" DTS:DTSID="{5}" DTS:CreationName="OLEDB">\n'
        '<DTS:ObjectData><DTS:ConnectionManager DTS:ConnectionString="Data Source=s;"><DTS:Password DTS:Name="Password" Sensitive="1">conn3ction</DTS:Password></DTS:ConnectionManager></DTS:ObjectData></DTS:ConnectionManager>',
        "utf-8",
    )  # fmt: skip
    (folder / "Project.params").write_text(
        f'<?xml version="1.0"?>\n<SSIS:Parameters {namespace}>' + _parameter("Server", "here", "{A1}") + _parameter("Key", "p4rameter", "{A2}", True) + "</SSIS:Parameters>",
        "utf-8",
    )  # fmt: skip
    packages = "".join(f'<SSIS:Package SSIS:Name="{name}" SSIS:EntryPoint="1" />' for name in names)
    metadata = "".join(
        f'<SSIS:PackageMetaData SSIS:Name="{name}"><SSIS:Properties>{_property("ProtectionLevel", "5")}</SSIS:Properties></SSIS:PackageMetaData>'
        for name in names
    )
    project = folder / "Sample.dtproj"
    project.write_text(
        f'<?xml version="1.0" encoding="utf-8"?>\n<Project>\n<DeploymentModel>Project</DeploymentModel><DeploymentModelSpecificContent><Manifest>\n      <SSIS:Project SSIS:ProtectionLevel="ServerStorage" {namespace}>\n'
        "        <SSIS:Properties>\n" + _property("ID", PROJECT_ID) + _property("Name", "Sample") + _property("FormatVersion", "1")
        + f'</SSIS:Properties><SSIS:Packages>{packages}</SSIS:Packages><SSIS:ConnectionManagers><SSIS:ConnectionManager SSIS:Name="Shared.conmgr" /></SSIS:ConnectionManagers>'
        f"<SSIS:DeploymentInfo><SSIS:ProjectConnectionParameters>{_parameter('CM.Shared.ServerName', 's', '{B1}')}</SSIS:ProjectConnectionParameters><SSIS:PackageInfo>{metadata}</SSIS:PackageInfo></SSIS:DeploymentInfo></SSIS:Project></Manifest></DeploymentModelSpecificContent>"
        "<Configurations><Configuration><Name>Test</Name><Options><ParameterConfigurationValues><ConfigurationSetting><Id>{A1}</Id><Value>there</Value></ConfigurationSetting>"
        "<ConfigurationSetting><Id>{B1}</Id><Value>other</Value></ConfigurationSetting></ParameterConfigurationValues></Options></Configuration></Configurations></Project>",
        "utf-8-sig",
    )  # fmt: skip
    return project


def sample_ispac(folder: Path) -> bytes:
    """The project as an archive."""
    return build_ispac(Project.open(write_project(folder)))
