"""Which elements are sensitive and how they are named."""

from lxml import etree

from dtserve.package.protection.sensitive import find_sensitive
from support.package_texts import sample

NS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'
SEALED = '<EncryptedData xmlns="http://www.w3.org/2001/04/xmlenc#"/>'


def test_names_and_states() -> None:
    root = etree.fromstring(
        f'<DTS:Executable {NS}><DTS:ConnectionManagers><DTS:ConnectionManager DTS:ObjectName="F" DTS:CreationName="FTP"><DTS:ObjectData>'
        f'<DTS:ConnectionManager><DTS:FtpConnection>{SEALED}</DTS:FtpConnection></DTS:ConnectionManager></DTS:ObjectData></DTS:ConnectionManager></DTS:ConnectionManagers>'
        f'<DTS:PackageParameters><DTS:PackageParameter DTS:ObjectName="a" DTS:Sensitive="True"><DTS:Property DTS:Name="ParameterValue"/></DTS:PackageParameter>'
        f'<DTS:PackageParameter DTS:ObjectName="b" DTS:Sensitive="True"><DTS:Property DTS:Name="ParameterValue">{SEALED}</DTS:Property></DTS:PackageParameter>'
        f'<DTS:PackageParameter DTS:ObjectName="c"><DTS:Property DTS:Name="ParameterValue">x</DTS:Property></DTS:PackageParameter></DTS:PackageParameters>'
        '<DTS:Executables><DTS:Executable DTS:ObjectName="Loop"><DTS:Executables><DTS:Executable DTS:ObjectName="Child"><DTS:ObjectData><ExecutePackageTask>'
        '<PackagePassword Sensitive="1" Encrypted="1">AQ</PackagePassword></ExecutePackageTask></DTS:ObjectData></DTS:Executable></DTS:Executables></DTS:Executable></DTS:Executables>'
        '<DTS:EventHandlers><DTS:EventHandler DTS:EventName="OnError"><DTS:Executables><DTS:Executable DTS:ObjectName="T"><DTS:ObjectData><x><SQLPassword Sensitive="1">p</SQLPassword></x></DTS:ObjectData></DTS:Executable></DTS:Executables></DTS:EventHandler></DTS:EventHandlers>'
        "</DTS:Executable>"
    )  # fmt: skip
    assert [(n.path, n.state, n.empty, n.parameter) for n in find_sensitive(root)] == [
        (r"\Package.Connections[F].Properties[ServerPassword]", "password", False, False),
        (r"\Package.Variables[$Package::a]", "clear", True, True),
        (r"\Package.Variables[$Package::b]", "password", False, True),
        (r"\Package\Loop\Child.Properties[PackagePassword]", "user key", False, False),
        (r"\Package.EventHandlers[OnError]\T.Properties[SQLPassword]", "clear", False, False),
    ]


def test_old_formats_name_their_owners_too() -> None:
    assert [n.path for n in find_sensitive(sample(3).root)] == [r"\Package.Connections[Db].Properties[Password]"]
