"""Script Tasks for tests: the files a package holds, and assemblies made by the compiler as SSIS stores them."""

import base64
import os
import subprocess
from pathlib import Path
from xml.sax.saxutils import quoteattr

from dtserve.connections.environment import Environment
from dtserve.scripts.host_program import ASSEMBLY
from dtserve.scripts.preparation import ScriptSurroundings

MAIN = """using System;
using System.Data;
using System.IO;
using Microsoft.SqlServer.Dts.Runtime;
using System.Windows.Forms;
{usings}
namespace ST_test
{{
    [Microsoft.SqlServer.Dts.Tasks.ScriptTask.SSISScriptTaskEntryPointAttribute]
    public partial class ScriptMain : Microsoft.SqlServer.Dts.Tasks.ScriptTask.VSTARTScriptObjectModelBase
    {{
        public void Main()
        {{
{body}
            Dts.TaskResult = (int)ScriptResults.Success;
        }}
{members}
        enum ScriptResults
        {{
            Success = Microsoft.SqlServer.Dts.Runtime.DTSExecResult.Success,
            Failure = Microsoft.SqlServer.Dts.Runtime.DTSExecResult.Failure
        }};
    }}
}}
"""
OLD = """using System;
using Microsoft.SqlServer.Dts.Runtime;
using Microsoft.SqlServer.Dts.Tasks.ScriptTask;
namespace ScriptTask_test
{{
    public sealed class _ApplicationObjects {{ public static ScriptObjectModel Dts; }}
    public class ScriptMain
    {{
        static ScriptObjectModel Dts {{ get {{ return _ApplicationObjects.Dts; }} }}
        public void Main()
        {{
{body}
        }}
    }}
}}
"""
"""What the compiler of SQL Server 2005 made of a script: "Dts" is an object of the assembly."""
PROJECT = """<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><ItemGroup>{references}</ItemGroup></Project>"""


def source(body: str, usings: str = "", members: str = "") -> str:
    """ScriptMain.cs around the body of Main."""
    return MAIN.format(body=body, usings=usings, members=members)


def compiled(text: str, folder: Path, name: str = "Script") -> bytes:
    """An assembly as a package holds it: against the names of Microsoft's assemblies, without redirection."""
    surroundings = ScriptSurroundings.of(Environment(temp=folder, variables=dict(os.environ)))
    place = folder / "compile"
    place.mkdir(exist_ok=True)
    (place / "ScriptMain.cs").write_text(text)
    (place / f"{ASSEMBLY}.dll").write_bytes(surroundings.host.reference.read_bytes())
    command = ["mcs", "-nologo", "-target:library", f"-out:{name}.dll", f"-r:{ASSEMBLY}.dll", "-r:System.Data.dll"]
    subprocess.run([*command, "ScriptMain.cs"], cwd=place, check=True, capture_output=True)
    return (place / f"{name}.dll").read_bytes()


def script_task(
    name: str,
    text: str = "",
    *,
    read: str = "",
    write: str = "",
    language: str = "CSharp",
    entry_point: str = "",
    binary: bytes | None = None,
    references: str = "",
) -> str:
    """A ``<task>`` of the short form of packages (``support.control_flow``)."""
    items = []
    if text:
        file = "ScriptMain.cs" if language == "CSharp" else "ScriptMain.vb"
        items.append(f'<ProjectItem Name="{file}" Encoding="UTF8"><![CDATA[{text}]]></ProjectItem>')
        listed = "".join(f"<Reference Include={quoteattr(each)} />" for each in references.split())
        project = PROJECT.format(references=listed)
        items.append(f'<ProjectItem Name="ST_test.csproj" Encoding="UTF8"><![CDATA[{project}]]></ProjectItem>')
    if binary is not None:
        items.append(f'<BinaryItem Name="ST_test.dll">{base64.b64encode(binary).decode()}</BinaryItem>')
    entry = f" EntryPoint={quoteattr(entry_point)}" if entry_point else ""
    return (
        f'<task name={quoteattr(name)} type="Microsoft.ScriptTask"><ScriptProject Name="ST_test" '
        f"Language={quoteattr(language)}{entry} ReadOnlyVariables={quoteattr(read)} ReadWriteVariables={quoteattr(write)}>"
        f"{''.join(items)}</ScriptProject></task>"
    )
