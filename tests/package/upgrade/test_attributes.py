"""Properties become attributes, collections get their wrappers."""

from lxml import etree

from dtserve.package.upgrade.attributes import arrange, lift_properties, remove

NS = 'xmlns:DTS="www.microsoft.com/SqlServer/Dts"'
D = "{www.microsoft.com/SqlServer/Dts}"


def test_defaults_go_and_booleans_change() -> None:
    element = etree.fromstring(
        f'<DTS:Executable {NS}><DTS:Property DTS:Name="Disabled">-1</DTS:Property><DTS:Property DTS:Name="MaxErrorCount">1</DTS:Property><DTS:Property DTS:Name="LocaleID">-1</DTS:Property>'
        '<DTS:Property DTS:Name="ExecValue" DTS:DataType="8">x</DTS:Property><DTS:Property DTS:Name="PackageFormatVersion">3</DTS:Property><DTS:Property DTS:Name="Their">1</DTS:Property></DTS:Executable>'
    )  # fmt: skip
    lift_properties(element)
    assert {k.removeprefix(D): v for k, v in element.items()} == {
        "Disabled": "True",
        "LocaleID": "-1",
        "ExecValue": "x",
        "ExecValueType": "8",
        "Their": "1",
    }
    assert [p.get(f"{D}Name") for p in element] == ["PackageFormatVersion"]


def test_secrets_stay_elements() -> None:
    element = etree.fromstring(
        f'<DTS:FtpConnection {NS}><DTS:Property DTS:Name="ServerPassword" Sensitive="1">p</DTS:Property></DTS:FtpConnection>'
    )
    lift_properties(element)
    assert element[0].text == "p"


def test_wrappers_and_order() -> None:
    element = etree.fromstring(
        f"<DTS:Executable {NS}><DTS:ObjectData><DTS:ConnectionManager/></DTS:ObjectData><DTS:EventHandler/><DTS:Variable/><DTS:Variable/></DTS:Executable>"
    )
    for each in list(element.iter()):
        arrange(each)
    assert [c.tag.removeprefix(D) for c in element] == ["Variables", "EventHandlers", "ObjectData"]
    assert len(element[0]) == 2
    assert [c.tag.removeprefix(D) for c in element[2]] == ["ConnectionManager"]
    container = etree.fromstring(f"<DTS:Executable {NS}/>")
    arrange(container)
    assert [c.tag.removeprefix(D) for c in container] == ["Variables", "Executables"]
    remove(container[0])
    assert len(container) == 1
