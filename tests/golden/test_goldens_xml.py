"""Files that the real XML Task wrote: the same bytes but for line ends, which Git may have changed."""

from pathlib import Path

import pytest

from support.golden import FILES, assert_succeeded, connect, dtexec, lines, needs_collection

pytestmark = needs_collection
EXERCISES = FILES / "m-jayashreee__ssis-practice"
LEARNING = FILES / "jinshan1979__SSIS_World/TaskLearn"
OTHERS = (
    "Create subFolder", "EP-Run Calc", "ER Run Notepad", "FTP Task", "helloWorld", "Move file",
    "Profiling table vSalesPerson", "Web Service Task",
)  # fmt: skip


def test_two_catalogs_merged(tmp_path: Path) -> None:
    files = [part for name in ("m1.xml", "m2.xml") for part in connect(name, EXERCISES / name)]
    done = dtexec(EXERCISES / "xmlTask.dtsx", *files, *connect("m3.xml", tmp_path / "m3.xml"))
    assert_succeeded(done)
    assert (tmp_path / "m3.xml").read_bytes() == (EXERCISES / "m3.xml").read_bytes()


@pytest.mark.parametrize(
    ("golden", "settings"),
    [
        ("mergeResult.xml", {"OperationType": "Merge", "Source": "a.xml", "SecondOperand": "b.xml"}),
        ("A_patch_abDiff.xml", {"OperationType": "Patch", "Source": "a.xml", "SecondOperand": "abDiff.xml"}),
        (
            "a_XPath_Result.xml",
            {
                "OperationType": "XPATH",
                "Source": "mergeResult.xml",
                "SecondOperandType": "DirectInput",
                "SecondOperand": "/notes/note[2]",
            },
        ),
    ],
)
def test_other_operations_of_one_task(golden: str, settings: dict[str, str], tmp_path: Path) -> None:
    """The package kept the last operation that its author tried; the files of the earlier ones lie beside it."""
    folder = LEARNING / "XMLTask"
    read = [name for name in ("a.xml", "b.xml", "abDiff.xml", "mergeResult.xml") if name != golden]
    options = [part for name in read for part in connect(name, folder / name)]
    for name in OTHERS:
        options += ["/SET", rf'"\Package\{name}.Disable";"True"']
    for name, value in {**settings, "Destination": golden}.items():
        options += ["/SET", rf'"\Package\XML Task.Properties[{name}]";"{value}"']
    written = tmp_path / golden
    done = dtexec(LEARNING / "TaskLearn/FileAndXML_task.dtsx", *options, *connect(golden, written))
    assert_succeeded(done)
    assert lines(written) == lines(folder / golden)
