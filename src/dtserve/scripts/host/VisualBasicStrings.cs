// Microsoft.VisualBasic.Strings: Left, Mid, InStr, Format … with positions that count from 1.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using Microsoft.VisualBasic.CompilerServices;

namespace Microsoft.VisualBasic
{
    public enum CompareMethod { Binary = 0, Text = 1 }

    [Flags]
    public enum VbStrConv
    {
        None = 0, Uppercase = 1, Lowercase = 2, ProperCase = 3, Wide = 4, Narrow = 8, Katakana = 16, Hiragana = 32
    }

    public enum DateFormat { GeneralDate = 0, LongDate = 1, ShortDate = 2, LongTime = 3, ShortTime = 4 }

    public enum TriState { UseDefault = -2, True = -1, False = 0 }

    [StandardModule]
    public sealed class Strings
    {
        private static StringComparison How(CompareMethod compare)
        {
            return compare == CompareMethod.Text ? StringComparison.CurrentCultureIgnoreCase : StringComparison.Ordinal;
        }

        private static ArgumentException Bad(string name)
        {
            return new ArgumentException("Argument '" + name + "' is not a valid value.");
        }

        public static int Asc(char String) { return Latin(String); }

        public static int Asc(string String)
        {
            if (string.IsNullOrEmpty(String)) throw Bad("String");
            return Asc(String[0]);
        }

        private static int Latin(char value) { return value < 128 ? (int)value : Encoding.GetEncoding(1252).GetBytes(new[] { value })[0]; }
        public static int AscW(char String) { return String; }
        public static int AscW(string String) { return string.IsNullOrEmpty(String) ? Asc(String) : String[0]; }
        public static char Chr(int CharCode) { return CharCode < 128 ? (char)CharCode : Encoding.GetEncoding(1252).GetString(new[] { (byte)CharCode })[0]; }
        public static char ChrW(int CharCode) { return unchecked((char)CharCode); }

        public static string[] Filter(string[] Source, string Match, bool Include = true, CompareMethod Compare = CompareMethod.Binary)
        {
            return Array.FindAll(Source, each => (each != null && each.IndexOf(Match, How(Compare)) >= 0) == Include);
        }

        public static char GetChar(string str, int Index)
        {
            if (Index < 1 || Index > (str ?? "").Length) throw Bad("Index");
            return str[Index - 1];
        }

        public static int InStr(string String1, string String2, CompareMethod Compare = CompareMethod.Binary) { return InStr(1, String1, String2, Compare); }

        public static int InStr(int Start, string String1, string String2, CompareMethod Compare = CompareMethod.Binary)
        {
            if (Start < 1) throw Bad("Start");
            if (string.IsNullOrEmpty(String1) || Start > String1.Length) return 0;
            return string.IsNullOrEmpty(String2) ? Start : String1.IndexOf(String2, Start - 1, How(Compare)) + 1;
        }

        public static int InStrRev(string StringCheck, string StringMatch, int Start = -1, CompareMethod Compare = CompareMethod.Binary)
        {
            if (Start == 0 || Start < -1) throw Bad("Start");
            if (string.IsNullOrEmpty(StringCheck)) return 0;
            if (Start > StringCheck.Length) return 0;
            var from = Start == -1 ? StringCheck.Length : Start;
            return string.IsNullOrEmpty(StringMatch) ? from : StringCheck.Substring(0, from).LastIndexOf(StringMatch, How(Compare)) + 1;
        }

        public static string Join(object[] SourceArray, string Delimiter = " ")
        {
            return string.Join(Delimiter ?? "", Array.ConvertAll(SourceArray, Conversions.ToString));
        }

        public static string Join(string[] SourceArray, string Delimiter = " ") { return string.Join(Delimiter ?? "", SourceArray); }
        public static string LCase(string Value) { return Value == null ? null : Value.ToLower(); }
        public static char LCase(char Value) { return char.ToLower(Value); }
        public static string UCase(string Value) { return Value == null ? "" : Value.ToUpper(); }
        public static char UCase(char Value) { return char.ToUpper(Value); }

        public static string Left(string str, int Length)
        {
            if (Length < 0) throw Bad("Length");
            return str == null || Length == 0 ? "" : str.Substring(0, Math.Min(Length, str.Length));
        }

        public static string Right(string str, int Length)
        {
            if (Length < 0) throw Bad("Length");
            return str == null || Length == 0 ? "" : str.Substring(Math.Max(0, str.Length - Length));
        }

        public static string Mid(string str, int Start)
        {
            if (Start < 1) throw Bad("Start");
            return str == null ? null : Start > str.Length ? "" : str.Substring(Start - 1);
        }

        public static string Mid(string str, int Start, int Length)
        {
            if (Start < 1) throw Bad("Start");
            if (Length < 0) throw Bad("Length");
            return str == null || Start > str.Length ? "" : str.Substring(Start - 1, Math.Min(Length, str.Length - Start + 1));
        }

        public static int Len(string Expression) { return Expression == null ? 0 : Expression.Length; }
        public static int Len(bool Expression) { return 2; }
        public static int Len(byte Expression) { return 1; }
        public static int Len(char Expression) { return 2; }
        public static int Len(short Expression) { return 2; }
        public static int Len(int Expression) { return 4; }
        public static int Len(long Expression) { return 8; }
        public static int Len(float Expression) { return 4; }
        public static int Len(double Expression) { return 8; }
        public static int Len(decimal Expression) { return 8; }
        public static int Len(DateTime Expression) { return 8; }

        public static int Len(object Expression)
        {
            if (Expression == null) return 0;
            switch (Type.GetTypeCode(Expression.GetType()))
            {
                case TypeCode.Boolean: case TypeCode.Int16: case TypeCode.UInt16: case TypeCode.Char: return 2;
                case TypeCode.Byte: case TypeCode.SByte: return 1;
                case TypeCode.Int32: case TypeCode.UInt32: case TypeCode.Single: return 4;
                case TypeCode.String: return ((string)Expression).Length;
                default: return 8;
            }
        }

        public static string LSet(string Source, int Length) { return Left((Source ?? "").PadRight(Length), Length); }
        public static string RSet(string Source, int Length) { return Left((Source ?? "").PadLeft(Length), Length); }
        public static string LTrim(string str) { return (str ?? "").TrimStart(' ', '\u3000'); }
        public static string RTrim(string str) { return (str ?? "").TrimEnd(' ', '\u3000'); }
        public static string Trim(string str) { return (str ?? "").Trim(' ', '\u3000'); }

        public static string Replace(string Expression, string Find, string Replacement, int Start = 1, int Count = -1, CompareMethod Compare = CompareMethod.Binary)
        {
            if (Start < 1) throw Bad("Start");
            if (Expression == null || Start > Expression.Length) return null;
            var rest = Expression.Substring(Start - 1);
            if (string.IsNullOrEmpty(Find) || Count == 0) return rest;
            var made = new StringBuilder();
            var at = 0;
            for (int found; Count != 0 && (found = rest.IndexOf(Find, at, How(Compare))) >= 0; Count--)
            {
                made.Append(rest, at, found - at).Append(Replacement);
                at = found + Find.Length;
            }
            return made.Append(rest, at, rest.Length - at).ToString();
        }

        public static string Space(int Number) { return new string(' ', Number); }

        public static string[] Split(string Expression, string Delimiter = " ", int Limit = -1, CompareMethod Compare = CompareMethod.Binary)
        {
            if (string.IsNullOrEmpty(Expression)) return new[] { "" };
            if (string.IsNullOrEmpty(Delimiter)) return new[] { Expression };
            var parts = new List<string>();
            var at = 0;
            for (int found; parts.Count + 1 != Limit && (found = Expression.IndexOf(Delimiter, at, How(Compare))) >= 0; at = found + Delimiter.Length)
                parts.Add(Expression.Substring(at, found - at));
            parts.Add(Expression.Substring(at));
            return parts.ToArray();
        }

        public static int StrComp(string String1, string String2, CompareMethod Compare = CompareMethod.Binary)
        {
            return Operators.CompareString(String1, String2, Compare == CompareMethod.Text);
        }

        public static string StrConv(string str, VbStrConv Conversion, int LocaleID = 0)
        {
            var culture = LocaleID == 0 ? CultureInfo.CurrentCulture : CultureInfo.GetCultureInfo(LocaleID);
            switch (Conversion & VbStrConv.ProperCase)
            {
                case VbStrConv.Uppercase: return culture.TextInfo.ToUpper(str);
                case VbStrConv.Lowercase: return culture.TextInfo.ToLower(str);
                case VbStrConv.ProperCase: return culture.TextInfo.ToTitleCase(culture.TextInfo.ToLower(str));
                default: return str;
            }
        }

        public static string StrDup(int Number, char Character) { return new string(Character, Number); }
        public static string StrDup(int Number, string Character) { return new string(GetChar(Character, 1), Number); }
        public static object StrDup(int Number, object Character) { return StrDup(Number, Conversions.ToString(Character)); }

        public static string StrReverse(string Expression)
        {
            var letters = (Expression ?? "").ToCharArray();
            Array.Reverse(letters);
            return new string(letters);
        }

        // --- Format -------------------------------------------------------------------------------

        private static readonly Dictionary<string, string> dates = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            { "General Date", "G" }, { "Long Date", "D" }, { "Medium Date", "D" }, { "Short Date", "d" },
            { "Long Time", "T" }, { "Medium Time", "T" }, { "Short Time", "t" },
        };

        private static readonly Dictionary<string, string> numbers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            { "General Number", "G" }, { "Currency", "C" }, { "Fixed", "0.00" }, { "Standard", "N2" }, { "Percent", "0.00%" },
            { "Scientific", "0.00E+00" },
        };

        public static string Format(object Expression, string Style = "")
        {
            if (Expression == null || Expression is DBNull) return "";
            string named;
            if (Expression is DateTime)
                return ((DateTime)Expression).ToString(dates.TryGetValue(Style ?? "", out named) ? named : Style);
            if (string.IsNullOrEmpty(Style)) return Conversions.ToString(Expression);
            if (Expression is string) return FormatText((string)Expression, Style);
            if (string.Equals(Style, "Yes/No", StringComparison.OrdinalIgnoreCase)) return Conversions.ToBoolean(Expression) ? "Yes" : "No";
            if (string.Equals(Style, "True/False", StringComparison.OrdinalIgnoreCase)) return Conversions.ToBoolean(Expression) ? "True" : "False";
            if (string.Equals(Style, "On/Off", StringComparison.OrdinalIgnoreCase)) return Conversions.ToBoolean(Expression) ? "On" : "Off";
            var formattable = Expression is bool ? (IFormattable)Conversions.ToInteger(Expression) : Expression as IFormattable;
            if (formattable == null) return Conversions.ToString(Expression);
            return formattable.ToString(numbers.TryGetValue(Style, out named) ? named : Style, CultureInfo.CurrentCulture);
        }

        private static string FormatText(string text, string style)
        {
            double number;
            DateTime date;
            if (!dates.ContainsKey(style) && double.TryParse(text, NumberStyles.Any, CultureInfo.CurrentCulture, out number)) return Format((object)number, style);
            return DateTime.TryParse(text, out date) ? Format((object)date, style) : text;
        }

        public static string FormatDateTime(DateTime Expression, DateFormat NamedFormat = DateFormat.GeneralDate)
        {
            switch (NamedFormat)
            {
                case DateFormat.LongDate: return Expression.ToString("D");
                case DateFormat.ShortDate: return Expression.ToString("d");
                case DateFormat.LongTime: return Expression.ToString("T");
                case DateFormat.ShortTime: return Expression.ToString("HH:mm");
                default: return Conversions.ToString(Expression);
            }
        }

        private static string Digits(string letter, int digits) { return digits < 0 ? letter : letter + digits; }

        public static string FormatNumber(object Expression, int NumDigitsAfterDecimal = -1, TriState IncludeLeadingDigit = TriState.UseDefault, TriState UseParensForNegativeNumbers = TriState.UseDefault, TriState GroupDigits = TriState.UseDefault)
        {
            return Conversions.ToDecimal(Expression).ToString(Digits(GroupDigits == TriState.False ? "F" : "N", NumDigitsAfterDecimal));
        }

        public static string FormatCurrency(object Expression, int NumDigitsAfterDecimal = -1, TriState IncludeLeadingDigit = TriState.UseDefault, TriState UseParensForNegativeNumbers = TriState.UseDefault, TriState GroupDigits = TriState.UseDefault)
        {
            return Conversions.ToDecimal(Expression).ToString(Digits("C", NumDigitsAfterDecimal));
        }

        public static string FormatPercent(object Expression, int NumDigitsAfterDecimal = -1, TriState IncludeLeadingDigit = TriState.UseDefault, TriState UseParensForNegativeNumbers = TriState.UseDefault, TriState GroupDigits = TriState.UseDefault)
        {
            var digits = NumDigitsAfterDecimal < 0 ? 2 : NumDigitsAfterDecimal;
            return Conversions.ToDecimal(Expression).ToString("0." + new string('0', digits) + "%");
        }
    }
}
