"""Sources of scripts in tasks and components."""

from dtserve.package import PackageDocument
from dtserve.package.script_sources import ScriptSource, file_name, script_sources
from support.package_corpus import needs_corpus, opened
from support.package_texts import sample_bytes

TASK = (
    b'<DTS:Executable DTS:refId="Package\\S" DTS:ExecutableType="Microsoft.ScriptTask" DTS:ObjectName="S"><DTS:ObjectData><ScriptProject Language="CSharp">'
    b'<ProjectItem Name="ScriptMain.cs"><![CDATA[class <A>]]></ProjectItem></ScriptProject></DTS:ObjectData></DTS:Executable>'
)


def with_component(*items: bytes) -> PackageDocument:
    array = b"".join(b"<arrayElement>%s</arrayElement>" % item for item in items)
    code = b'<property name="UserComponentTypeName">Microsoft.ScriptComponentHost</property><property name="ScriptLanguage">CSharp</property>'
    code += b'<property name="SourceCode" isArray="true"><arrayElements>%s</arrayElements></property>' % array
    data = sample_bytes(8).replace(b"Microsoft.OLEDBDestination", b"Microsoft.ManagedComponentHost")
    return PackageDocument.open(
        data.replace(b'<property dataType="System.String" name="OpenRowset">[dbo].[T]</property>', code)
    )


def test_script_tasks() -> None:
    document = PackageDocument.open(sample_bytes(8).replace(b"<DTS:Executables>", b"<DTS:Executables>" + TASK, 1))
    assert list(script_sources(document.model)) == [
        ScriptSource("Package\\S", "Script Task", "CSharp", "ScriptMain.cs", "class <A>")
    ]


def test_script_components() -> None:
    triple = list(script_sources(with_component(b"main.cs", b"UTF8", b"code", b"b.cs", b"UTF8", b"more").model))
    assert [(s.kind, s.path, s.text) for s in triple] == [
        ("Script Component", "main.cs", "code"),
        ("Script Component", "b.cs", "more"),
    ]
    pairs = list(script_sources(with_component(b"dts://x/ScriptMain.vsaitem", b"code").model))
    assert [(s.path, s.text) for s in pairs] == [("dts://x/ScriptMain.vsaitem", "code")]


def test_file_names_are_safe() -> None:
    def named(owner: str, path: str) -> str:
        return file_name(ScriptSource(owner, "", "", path, ""))

    assert named("Package\\A/B", "Properties\\AssemblyInfo.cs") == "A_B/Properties/AssemblyInfo.cs"
    assert named("Package\\..", "/etc/passwd") == "_/etc/passwd"
    assert named("Package\\A", "dts://Scripts/x/Main.vb") == "A/Scripts/x/Main.vb"
    assert named("Package\\A", "..") == "A/source"


@needs_corpus
def test_scripts_of_the_collection() -> None:
    found = [s for _, document in opened(3) for s in script_sources(document.model)]
    assert len(found) > 200
    assert any(s.kind == "Script Component" and "class" in s.text for s in found)
    assert all(".." not in file_name(s).split("/") for s in found)
