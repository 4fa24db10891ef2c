"""The runtime of Visual Basic: each function by its result, as documented for Visual Basic."""

import pytest

from dtserve.execution.options import ExecutionOptions
from support.control_flow import execute, package
from support.scripts import script_task, source

CASES = {
    # text
    'Strings.Left("hello", 2)': "he", 'Strings.Right("hello", 3)': "llo", 'Strings.Mid("hello", 2, 3)': "ell", 'Strings.Mid("hello", 4)': "lo",
    'Strings.Left(null, 2)': "", 'Strings.InStr("a.b.c", ".")': "2", 'Strings.InStr(3, "a.b.c", ".")': "4", 'Strings.InStr("ABC", "b", CompareMethod.Text)': "2",
    'Strings.InStr("abc", "z")': "0", 'Strings.InStrRev("a.b.c", ".")': "4", 'Strings.InStrRev("a.b.c", ".", 3)': "2", 'Strings.Len("abc")': "3", 'Strings.Len(5)': "4",
    'Strings.Trim("  a b  ") + "|"': "a b|", 'Strings.LTrim("  a ") + "|"': "a |", 'Strings.RTrim("  a ") + "|"': "  a|", 'Strings.UCase("aé")': "AÉ", 'Strings.LCase("AB")': "ab",
    'Strings.Replace("a-b-c", "-", "+")': "a+b+c", 'Strings.Replace("a-b-c", "-", "+", 1, 1)': "a+b-c", 'Strings.Replace("abcabc", "B", "x", 1, -1, CompareMethod.Text)': "axcaxc",
    'string.Join("|", Strings.Split("a,b,c", ",", 2))': "a|b,c", 'Strings.Split("", ",").Length': "1", 'Strings.Join(new[] { "a", "b" }, "-")': "a-b", 'Strings.StrReverse("abc")': "cba",
    'Strings.Space(3) + "|"': "   |", 'Strings.StrDup(3, "xy")': "xxx", 'Strings.StrComp("a", "B")': "1", 'Strings.StrComp("a", "B", CompareMethod.Text)': "-1",
    'Strings.StrConv("hELLO world", VbStrConv.ProperCase)': "Hello World", 'Strings.Asc("€")': "128", 'Strings.AscW("€")': "8364", 'Strings.Chr(128)': "€", 'Strings.LSet("abc", 5) + "|"': "abc  |",
    'Strings.RSet("abc", 5)': "  abc", 'Strings.Filter(new[] { "ab", "cd" }, "a").Length': "1", 'Strings.GetChar("abc", 2)': "b",
    # format
    'Strings.Format(1234.5, "#,##0.00")': "1,234.50", 'Strings.Format(0.256, "Percent")': "25.60%", 'Strings.Format(3.14159, "Fixed")': "3.14", 'Strings.Format(new DateTime(2014, 3, 5), "yyyyMMdd")': "20140305",
    'Strings.Format(new DateTime(2014, 3, 5, 4, 6, 7), "yyyy-MM-dd HH:mm:ss")': "2014-03-05 04:06:07", 'Strings.Format("12", "000")': "012", 'Strings.Format(true, "Yes/No")': "Yes", 'Strings.FormatNumber(1234.567, 1)': "1,234.6",
    'Strings.FormatDateTime(new DateTime(2014, 3, 5), DateFormat.ShortDate)': "3/5/2014", 'Strings.FormatPercent(0.5)': "50.00%", 'Strings.FormatCurrency(2.5)': "$2.50",
    # conversions
    'Conversions.ToString(true)': "True", 'Conversions.ToString(new DateTime(2014, 3, 5))': "3/5/2014", 'Conversions.ToString(new DateTime(2014, 3, 5, 13, 2, 3))': "3/5/2014 1:02:03 PM", 'Conversions.ToInteger("12.5")': "12",
    'Conversions.ToInteger("13.5")': "14", 'Conversions.ToInteger((object)true)': "-1", 'Conversions.ToInteger("&HFF")': "255", 'Conversions.ToBoolean("0")': "False", 'Conversions.ToBoolean("TRUE")': "True", 'Conversions.ToBoolean((object)5)': "True",
    'Conversions.ToDate("3/5/2014").Day': "5", 'Conversions.ToDouble("1,234.5")': "1234.5", 'Conversions.ToLong((object)null)': "0", 'Conversions.ToDecimal("($5.00)")': "-5.00", 'Conversions.ToChar("xy")': "x",
    'Conversions.ToGenericParameter<int>("7")': "7", 'Conversions.ChangeType("5", typeof(short)).GetType().Name': "Int16", 'Conversion.Val("12abc")': "12", 'Conversion.Val(" 1 2.5x")': "12.5", 'Conversion.Val("x")': "0",
    'Conversion.Hex(255)': "FF", 'Conversion.Oct(8)': "10", 'Conversion.Int(-8.4)': "-9", 'Conversion.Fix(-8.4)': "-8", 'Conversion.Str(5) + Conversion.Str(-5)': " 5-5",
    # operators
    'Operators.CompareString("a", "A", false)': "1", 'Operators.CompareString("a", "A", true)': "0", 'Operators.CompareString(null, "", false)': "0", 'Operators.ConditionalCompareObjectEqual("5", 5, false)': "True",
    'Operators.ConditionalCompareObjectLess(3, 4.5m, false)': "True", 'Operators.ConditionalCompareObjectEqual(null, 0, false)': "True", 'Operators.ConditionalCompareObjectGreater("b", "a", false)': "True", 'Operators.AddObject(1, 2)': "3",
    'Operators.AddObject("1", "2")': "12", 'Operators.AddObject("1", 2)': "3", 'Operators.AddObject(2147483647, 1)': "2147483648", 'Operators.SubtractObject(5, 7)': "-2", 'Operators.MultiplyObject(2, 1.5)': "3", 'Operators.DivideObject(7, 2)': "3.5",
    'Operators.IntDivideObject(7, 2)': "3", 'Operators.ModObject(7, 3)': "1", 'Operators.ExponentObject(2, 10)': "1024", 'Operators.ConcatenateObject(1, "a")': "1a", 'Operators.ConcatenateObject(null, 5)': "5", 'Operators.NotObject(true)': "False",
    'Operators.AndObject(6, 3)': "2", 'Operators.OrObject(true, false)': "True", 'Operators.NegateObject(5)': "-5", 'Operators.LikeString("File_2014.csv", "File_####.*", CompareMethod.Binary)': "True", 'Operators.LikeString("abc", "[!a]*", CompareMethod.Binary)': "False",
    'Operators.LikeString("ABC", "a?c", CompareMethod.Text)': "True",
    # dates
    'DateAndTime.DateAdd(DateInterval.Month, 1, new DateTime(2014, 1, 31)).Day': "28", 'DateAndTime.DateAdd("q", 1, new DateTime(2014, 1, 1)).Month': "4", 'DateAndTime.DateDiff(DateInterval.Day, new DateTime(2014, 1, 1), new DateTime(2014, 3, 1))': "59",
    'DateAndTime.DateDiff(DateInterval.Year, new DateTime(2013, 12, 31), new DateTime(2014, 1, 1))': "1", 'DateAndTime.DateDiff("ww", new DateTime(2014, 3, 1), new DateTime(2014, 3, 2))': "1", 'DateAndTime.DateDiff("h", new DateTime(2014, 3, 1), new DateTime(2014, 3, 2))': "24",
    'DateAndTime.DatePart("y", new DateTime(2014, 2, 1))': "32", 'DateAndTime.DatePart("ww", new DateTime(2014, 1, 5))': "2", 'DateAndTime.DateSerial(2014, 3, 0).Day': "28", 'DateAndTime.DateSerial(2014, 13, 1).Year': "2015", 'DateAndTime.TimeSerial(25, 0, 0).Day': "2",
    'DateAndTime.Weekday(new DateTime(2014, 3, 2))': "1", 'DateAndTime.Weekday(new DateTime(2014, 3, 2), FirstDayOfWeek.Monday)': "7", 'DateAndTime.MonthName(3, true)': "Mar", 'DateAndTime.WeekdayName(1, false, FirstDayOfWeek.Sunday)': "Sunday", 'DateAndTime.DateValue("3/5/2014").Month': "3",
    # information and interaction
    'Information.IsNumeric("1e3")': "True", 'Information.IsNumeric("x")': "False", 'Information.IsNumeric(DateTime.Now)': "False", 'Information.IsDate("3/5/2014")': "True", 'Information.IsDate("soon")': "False", 'Information.IsDBNull(DBNull.Value)': "True",
    'Information.IsNothing(null)': "True", 'Information.TypeName(5)': "Integer", 'Information.TypeName(new string[0])': "String()", 'Information.VarType("x")': "String", 'Information.UBound(new int[3])': "2", 'Interaction.IIf(true, "a", "b")': "a", 'Interaction.Choose(2, "a", "b")': "b",
    'Interaction.Switch(false, 1, true, 2)': "2", 'Interaction.MsgBox("q?", MsgBoxStyle.YesNo | MsgBoxStyle.DefaultButton2)': "No", 'Constants.vbCrLf.Length': "2",
    # late binding
    'NewLateBinding.LateGet("abc", null, "Length", new object[0], null, null, null)': "3", 'NewLateBinding.LateCall("abc", null, "substring", new object[] { 1 }, null, null, null, false)': "bc", 'NewLateBinding.LateIndexGet(new[] { 4, 5 }, new object[] { 1 }, null)': "5",
    'NewLateBinding.LateIndexGet(new System.Collections.Hashtable { { "k", "v" } }, new object[] { "k" }, null)': "v",
}  # fmt: skip
"""Expressions in C# over the classes, and the text of their value in the locale of the package (1033)."""

MORE = r"""
var c = new Collection(); c.Add("one", "k1"); c.Add("two"); c.Add("zero", null, 1);
Say(c.Count + (string)c["K1"] + c[1] + c.Contains("k1"));
try { int.Parse("x"); } catch (Exception e) { ProjectData.SetProjectError(e); Say(Information.Err().Number + Information.Err().Description.Substring(0, 5)); ProjectData.ClearProjectError(); }
Say("" + Information.Err().Number);
object sum = 0, loop = null, i = null;
if (ObjectFlowControl.ForLoopControl.ForLoopInitObj(i, 1, 4, 1, ref loop, ref i))
    do sum = Operators.AddObject(sum, i); while (ObjectFlowControl.ForLoopControl.ForNextCheckObj(i, loop, ref i));
Say("" + sum);
var f = FileSystem.FreeFile(); FileSystem.FileOpen(f, FOLDER + "/a.txt", OpenMode.Output); FileSystem.PrintLine(f, "x", 1); FileSystem.WriteLine(f, "q", 2, true); FileSystem.FileClose(f);
FileSystem.FileOpen(1, FOLDER + "/a.txt", OpenMode.Input); Say(FileSystem.LineInput(1).Replace("\t", "~") + FileSystem.LineInput(1) + FileSystem.EOF(1)); FileSystem.FileClose(1);
FileSystem.FileCopy(FOLDER + "/a.txt", FOLDER + "/b.txt"); Say(FileSystem.Dir(FOLDER + "/*.txt").Length + FileSystem.Dir().Length + FileSystem.Dir());
FileSystem.Rename(FOLDER + "/b.txt", FOLDER + "/c.txt"); FileSystem.Kill(FOLDER + "/c.txt"); Say("" + FileSystem.FileLen(FOLDER + "/a.txt"));
var my = new Microsoft.VisualBasic.Devices.Computer(); my.FileSystem.WriteAllText(FOLDER + "/d.txt", "é", false); Say(my.FileSystem.ReadAllText(FOLDER + "/d.txt") + my.FileSystem.FileExists(FOLDER + "/none") + my.FileSystem.GetFiles(FOLDER).Count);
"""


def run(body: str, path_map: dict[str, str] | None = None) -> list[str]:
    usings = "using Microsoft.VisualBasic;\nusing Microsoft.VisualBasic.CompilerServices;\n"
    members = 'void Say(string text) { Dts.Variables["m"].Value += text + "\\n"; }'
    data = package('<variable name="m" type="8"/>' + script_task("S", source(body, usings, members), write="m"))
    outcome = execute(data, options=ExecutionOptions(path_map=path_map or {}))
    assert outcome.result.name == "SUCCESS", [e.message for e in outcome.events if e.kind == "OnError"]
    return outcome.variables["User::m"].split("\n")[:-1]


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    lines = run(
        "\n".join(
            f"try {{ Say(Convert.ToString({each})); }} catch (Exception e) {{ Say(e.GetType().Name + e.Message); }}"
            for each in CASES
        )
    )
    return dict(zip(CASES, lines, strict=True))


@pytest.mark.parametrize("expression", CASES)
def test_functions(found: dict[str, str], expression: str) -> None:
    assert found[expression] == CASES[expression]


def test_statements(tmp_path) -> None:
    lines = run(MORE.replace("FOLDER", f'"{tmp_path}"'))
    assert lines == ["3onezeroTrue", "5Input", "0", "10", 'x~1"q",2,#TRUE#True', "10", "19", "éFalse2"]
    assert (tmp_path / "a.txt").read_bytes() == b'x\t1\r\n"q",2,#TRUE#\r\n'


REFUSED = ['Strings.Left("a", -1)', 'Strings.Mid("a", 0)', 'Conversions.ToInteger("x")', 'Conversions.ToDate("never")', 'Conversions.ToInteger(new object())', 'NewLateBinding.LateGet("a", null, "Nothing", new object[0], null, null, null)']  # fmt: skip


def test_what_visual_basic_refuses_is_an_exception() -> None:
    lines = run(
        "\n".join(
            f'try {{ var x = {each}; Say("no"); }} catch (Exception e) {{ Say(e.GetType().Name); }}' for each in REFUSED
        )
    )
    assert lines == ["ArgumentException"] * 2 + ["InvalidCastException"] * 3 + ["MissingMemberException"]


def test_files_follow_the_path_map(tmp_path) -> None:
    body = r"""FileSystem.MkDir(@"C:\data\sub"); FileSystem.FileOpen(1, @"C:\DATA\sub\a.txt", OpenMode.Output); FileSystem.Print(1, "x"); FileSystem.FileClose(1);
    FileSystem.Rename(@"C:\data\sub\a.txt", @"C:\data\sub\b.txt"); var my = new Microsoft.VisualBasic.Devices.Computer().FileSystem;
    my.CopyFile(@"C:\data\sub\b.txt", @"C:\data\new\c.txt"); Say(FileSystem.Dir(@"C:\data\sub\*.*") + my.FileExists(@"C:\data\NEW\C.TXT") + my.GetFiles(@"C:\data\new")[0]
      + my.ReadAllText(@"C:\data\new\c.txt") + FileSystem.FileLen(@"C:\data\sub\b.txt"));"""
    assert run(body, {"C:\\data": str(tmp_path)}) == [r"b.txtTrueC:\data\new\c.txtx1"]
    assert (tmp_path / "sub" / "b.txt").read_text() == "x"
