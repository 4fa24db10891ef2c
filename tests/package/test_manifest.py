"""Manifests, .dtproj and .params files."""

import pytest
from lxml import etree

from dtserve.package.errors import ProjectInvalid
from dtserve.package.manifest import LEVEL_NAMES, read_manifest, read_parameters
from dtserve.package.model import ProtectionLevel

NS = 'xmlns:SSIS="www.microsoft.com/SqlServer/SSIS"'


def parameter(
    name: str = "p",
    kind: str = "18",
    value: str = "<SSIS:Property SSIS:Name='Value'>v</SSIS:Property>",
    sensitive: str = "0",
) -> str:
    return (
        f'<SSIS:Parameter SSIS:Name="{name}"><SSIS:Properties><SSIS:Property SSIS:Name="ID">{{1}}</SSIS:Property>'
        f'<SSIS:Property SSIS:Name="Required">1</SSIS:Property><SSIS:Property SSIS:Name="Sensitive">{sensitive}</SSIS:Property>{value}'
        f'<SSIS:Property SSIS:Name="DataType">{kind}</SSIS:Property></SSIS:Properties></SSIS:Parameter>'
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "vt"),
    [("3", 11), ("5", 16), ("6", 17), ("7", 2), ("9", 3), ("10", 19), ("11", 20), ("12", 21), ("13", 4), ("14", 5), ("15", 14), ("16", 7), ("18", 8)],
)  # fmt: skip
def test_type_codes_become_variant_types(code: str, vt: int) -> None:
    (found,) = read_parameters(etree.fromstring(f"<SSIS:Parameters {NS}>{parameter(kind=code)}</SSIS:Parameters>"))
    assert (found.vt, found.required, found.dtsid) == (vt, True, "{1}")


@pytest.mark.parametrize(("text", "value"), [("True", "-1"), ("false", "0"), ("1", "-1")])
def test_booleans(text: str, value: str) -> None:
    stored = parameter(kind="3", value=f"<SSIS:Property SSIS:Name='Value'>{text}</SSIS:Property>")
    assert read_parameters(etree.fromstring(f"<SSIS:Parameters {NS}>{stored}</SSIS:Parameters>"))[0].value == value


def test_sealed_values_are_unreadable_and_unknown_types_refused() -> None:
    sealed = parameter(
        value="<SSIS:Property SSIS:Name='Value' SSIS:Salt='a' SSIS:IV='b'>x</SSIS:Property>", sensitive="1"
    )
    (found,) = read_parameters(etree.fromstring(f"<SSIS:Parameters {NS}>{sealed}</SSIS:Parameters>"))
    assert (found.value, found.sensitive) == (None, True)
    with pytest.raises(ProjectInvalid, match="99"):
        read_parameters(etree.fromstring(f"<SSIS:Parameters {NS}>{parameter(kind='99')}</SSIS:Parameters>"))


def test_a_manifest() -> None:
    root = etree.fromstring(
        f'<Project><DeploymentModelSpecificContent><Manifest><SSIS:Project SSIS:ProtectionLevel="EncryptAllWithPassword" {NS}><SSIS:Properties>'
        '<SSIS:Property SSIS:Name="ID">{I}</SSIS:Property><SSIS:Property SSIS:Name="Name">N</SSIS:Property><SSIS:Property SSIS:Name="Description">\n  </SSIS:Property></SSIS:Properties>'
        '<SSIS:Packages><SSIS:Package SSIS:Name="a.dtsx" SSIS:EntryPoint="1"/><SSIS:Package SSIS:Name="b.dtsx" SSIS:EntryPoint="0"/></SSIS:Packages>'
        '<SSIS:ConnectionManagers><SSIS:ConnectionManager SSIS:Name="c.conmgr"/></SSIS:ConnectionManagers>'
        f'<SSIS:DeploymentInfo><SSIS:ProjectConnectionParameters>{parameter("CM.c.ServerName")}</SSIS:ProjectConnectionParameters><SSIS:PackageInfo>'
        f'<SSIS:PackageMetaData SSIS:Name="a.dtsx"><SSIS:Properties><SSIS:Property SSIS:Name="VersionBuild">3</SSIS:Property></SSIS:Properties><SSIS:Parameters>{parameter()}</SSIS:Parameters></SSIS:PackageMetaData></SSIS:PackageInfo></SSIS:DeploymentInfo></SSIS:Project></Manifest></DeploymentModelSpecificContent>'
        "<Configurations><Configuration><Name>Development</Name><Options><TargetServerVersion>SQLServer2019</TargetServerVersion><ParameterConfigurationValues>"
        "<ConfigurationSetting><Id>{ABC}</Id><Name>x</Name><Value>v</Value></ConfigurationSetting></ParameterConfigurationValues></Options></Configuration></Configurations></Project>"
    )  # fmt: skip
    manifest = read_manifest(root)
    assert (manifest.name, manifest.id, manifest.protection_level) == (
        "N",
        "{I}",
        ProtectionLevel.ENCRYPT_ALL_WITH_PASSWORD,
    )
    assert [(p.name, p.entry_point, len(p.parameters)) for p in manifest.packages] == [
        ("a.dtsx", True, 1),
        ("b.dtsx", False, 0),
    ]
    assert manifest.packages[0].properties["VersionBuild"] == "3"
    assert manifest.properties["Description"] == ""
    assert manifest.connections == ("c.conmgr",)
    assert manifest.connection_parameters[0].name == "CM.c.ServerName"
    assert manifest.configurations == {"Development": {"abc": "v"}}
    assert manifest.target_version == "SQLServer2019"


def test_the_package_deployment_model() -> None:
    root = etree.fromstring(
        "<Project><Database><Name>Old.database</Name></Database><DTSPackages><DtsPackage FormatVersion='3'><Name>a.dtsx</Name><FullPath>a.dtsx</FullPath></DtsPackage></DTSPackages></Project>"
    )
    manifest = read_manifest(root)
    assert (manifest.name, manifest.deployment_model, [p.name for p in manifest.packages]) == (
        "Old",
        "Package",
        ["a.dtsx"],
    )


def test_what_is_no_project() -> None:
    for text in ("<x/>", f'<SSIS:Project SSIS:ProtectionLevel="Somehow" {NS}/>'):
        with pytest.raises(ProjectInvalid):
            read_manifest(etree.fromstring(text))
    assert len(LEVEL_NAMES) == 6
