"""Projects of scripts as packages hold them."""

import base64
from collections import Counter

from lxml import etree

from dtserve.package import PackageDocument
from dtserve.package.script_project import CSHARP, VISUAL_BASIC, ScriptProject, ScriptReference, read_script_project
from support.golden import FILES
from support.package_corpus import needs_corpus

VSTA = """<ScriptProject Name="ST_1" VSTAMajorVersion="15" Language="CSharp" ReadOnlyVariables="User::a">
<ProjectItem Name="ScriptMain.cs" Encoding="UTF8"><![CDATA[class A {}]]></ProjectItem>
<ProjectItem Name="Properties\\Resources.resx" Encoding="UTF8"><![CDATA[<root/>]]></ProjectItem>
<ProjectItem Name="ST_1.csproj" Encoding="UTF8"><![CDATA[<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
<PropertyGroup Condition=" '$(Configuration)' == 'Debug' "><DefineConstants>DEBUG;TRACE</DefineConstants></PropertyGroup>
<PropertyGroup Condition=" '$(Configuration)' == 'Release' "><DefineConstants>TRACE;OWN</DefineConstants></PropertyGroup>
<ItemGroup><Reference Include="System" /><Reference Include="Own.Tools, Version=1.0"><HintPath>C:\\lib\\Own.Tools.dll</HintPath></Reference></ItemGroup>
</Project>]]></ProjectItem><BinaryItem Name="ST_1.dll">%s</BinaryItem></ScriptProject>"""
VSA = """<ScriptProject Name="ScriptTask_1" Language="Microsoft Visual Basic .NET" EntryPoint="Begin" SaveBinaries="True">
<ProjectItem Name="dts://Scripts/S/ScriptMain.vsaitem">Public Class Begin</ProjectItem>
<ProjectItem Name="dts://Scripts/S/S.vsaproj">&lt;VisualStudioProject&gt;&lt;Reference Name="System.Data" AssemblyName="System.Data" /&gt;&lt;/VisualStudioProject&gt;</ProjectItem>
<BinaryItem Name="dts://Scripts/S/S.pdb">AAAA</BinaryItem><BinaryItem Name="dts://Scripts/S/S.dll">%s</BinaryItem></ScriptProject>"""
BINARY = base64.b64encode(b"MZ binary").decode()


def test_projects_since_2008() -> None:
    project = read_script_project(etree.fromstring(VSTA % f"\n {BINARY[:6]}\n {BINARY[6:]} "))
    assert project == ScriptProject(
        "ST_1",
        CSHARP,
        sources=(("ScriptMain.cs", "class A {}"),),
        references=(ScriptReference("System"), ScriptReference("Own.Tools", "C:\\lib\\Own.Tools.dll")),
        constants=("TRACE", "OWN"),
        binary=b"MZ binary",
    )
    assert (project.class_name, project.method_name, project.empty) == ("ScriptMain", "Main", False)


def test_projects_of_2005() -> None:
    project = read_script_project(etree.fromstring(VSA % BINARY))
    assert (project.language, project.vsa, project.binary) == (VISUAL_BASIC, True, b"MZ binary")
    assert project.sources == (("dts://Scripts/S/ScriptMain.vsaitem", "Public Class Begin"),)
    assert project.references == (ScriptReference("System.Data"),)
    assert (project.class_name, project.method_name) == ("Begin", "Main")


def test_projects_that_are_not_whole() -> None:
    assert read_script_project(None).empty
    assert read_script_project(etree.fromstring('<ScriptProject Language="CSharp"/>')).empty
    bad = '<ScriptProject><BinaryItem Name="a.dll">no base64!</BinaryItem><ProjectItem Name="a.csproj">&lt;!DOCTYPE x&gt;&lt;x/&gt;</ProjectItem></ScriptProject>'
    project = read_script_project(etree.fromstring(bad))
    assert project.binary is None
    assert project.references == ()
    assert read_script_project(etree.fromstring('<ScriptProject Language="Python"/>')).language == "Python"


@needs_corpus
def test_every_script_of_the_collection_is_read() -> None:
    found: Counter[tuple[str, bool, bool]] = Counter()
    for path in sorted(FILES.rglob("*.dtsx")):
        data = path.read_bytes()
        if b"ScriptProject" not in data:
            continue
        for executable in PackageDocument.open(data).model.walk():
            if executable.part == "ScriptTask" and executable.object_data is not None:
                project = read_script_project(executable.object_data)
                assert bool(project.sources) == (project.binary is not None)
                assert project.binary is None or project.binary[:2] == b"MZ"
                assert {"System", "System.Data"} <= {each.name for each in project.references} or project.empty
                found[project.language, project.vsa, project.empty] += 1
    assert found[CSHARP, False, False] > 80
    assert found[VISUAL_BASIC, False, False] > 20
    assert found[VISUAL_BASIC, True, False] == 2
