// Microsoft.VisualBasic: Information, Interaction, Conversion, VBMath, Err, Collection and the constants.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Windows.Forms;
using Microsoft.VisualBasic.CompilerServices;

namespace Microsoft.VisualBasic
{
    [Flags]
    public enum MsgBoxStyle
    {
        OkOnly = 0, OkCancel = 1, AbortRetryIgnore = 2, YesNoCancel = 3, YesNo = 4, RetryCancel = 5, Critical = 16,
        Question = 32, Exclamation = 48, Information = 64, DefaultButton1 = 0, DefaultButton2 = 256, DefaultButton3 = 512,
        ApplicationModal = 0, SystemModal = 4096, MsgBoxHelp = 16384, MsgBoxSetForeground = 65536, MsgBoxRight = 524288,
        MsgBoxRtlReading = 1048576
    }

    public enum MsgBoxResult { Ok = 1, Cancel = 2, Abort = 3, Retry = 4, Ignore = 5, Yes = 6, No = 7 }

    public enum VariantType
    {
        Empty = 0, Null = 1, Short = 2, Integer = 3, Single = 4, Double = 5, Currency = 6, Date = 7, String = 8, Object = 9,
        Error = 10, Boolean = 11, Variant = 12, DataObject = 13, Decimal = 14, Byte = 17, Char = 18, Long = 20,
        UserDefinedType = 36, Array = 8192
    }

    [StandardModule]
    public sealed class Interaction
    {
        public static MsgBoxResult MsgBox(object Prompt, MsgBoxStyle Buttons = MsgBoxStyle.OkOnly, object Title = null)
        {
            var kind = (MessageBoxButtons)((int)Buttons & 15);
            var chosen = (MessageBoxDefaultButton)((int)Buttons & 0x300);
            return (MsgBoxResult)MessageBox.Show(Conversions.ToString(Prompt), Conversions.ToString(Title), kind, MessageBoxIcon.None, chosen);
        }

        public static object IIf(bool Expression, object TruePart, object FalsePart) { return Expression ? TruePart : FalsePart; }

        public static object Choose(double Index, params object[] Choice)
        {
            var at = (int)Math.Floor(Index) - 1;
            return at < 0 || at >= Choice.Length ? null : Choice[at];
        }

        public static object Switch(params object[] VarExpr)
        {
            for (var at = 0; at + 1 < VarExpr.Length; at += 2)
                if (Conversions.ToBoolean(VarExpr[at])) return VarExpr[at + 1];
            return null;
        }

        public static string Environ(string Expression) { return Environment.GetEnvironmentVariable(Expression) ?? ""; }
        public static string Command() { return ""; }
        public static void Beep() { }
    }

    /// <summary>The object Err.</summary>
    public sealed class ErrObject
    {
        private Exception error;

        public int Number { get; set; }
        public int Erl { get; private set; }
        public string Description { get; set; }
        public string Source { get; set; }
        public string HelpFile { get; set; }
        public int HelpContext { get; set; }
        public int LastDllError { get { return 0; } }
        public Exception GetException() { return error; }

        internal void Capture(Exception exception, int line)
        {
            error = exception;
            Number = exception is DivideByZeroException ? 11 : exception is OverflowException ? 6
                : exception is InvalidCastException ? 13 : exception is IndexOutOfRangeException ? 9
                : exception is NullReferenceException ? 91 : exception is System.IO.FileNotFoundException ? 53
                : exception is System.IO.DirectoryNotFoundException ? 76 : 5;
            Description = exception.Message;
            Source = exception.Source;
            Erl = line;
        }

        public void Clear()
        {
            error = null;
            Number = Erl = HelpContext = 0;
            Description = Source = HelpFile = "";
        }

        public void Raise(int Number, object Source = null, object Description = null, object HelpFile = null, object HelpContext = null)
        {
            var made = new Exception(Conversions.ToString(Description) ?? "Application-defined or object-defined error.");
            made.Source = Conversions.ToString(Source) ?? "";
            Capture(made, 0);
            this.Number = Number;
            throw made;
        }
    }

    [StandardModule]
    public sealed class Information
    {
        public static ErrObject Err() { return ProjectData.Error; }
        public static int Erl() { return ProjectData.Error.Erl; }
        public static bool IsNothing(object Expression) { return Expression == null; }
        public static bool IsDBNull(object Expression) { return Expression is DBNull; }
        public static bool IsArray(object VarName) { return VarName is Array; }
        public static bool IsError(object Expression) { return Expression is Exception; }
        public static bool IsReference(object Expression) { return !(Expression is ValueType); }

        public static bool IsDate(object Expression)
        {
            DateTime found;
            return Expression is DateTime || Expression is string && DateTime.TryParse((string)Expression, out found);
        }

        public static bool IsNumeric(object Expression)
        {
            if (Expression == null || Expression is DBNull || Expression is DateTime || Expression is char) return false;
            if (!(Expression is string)) return Expression is IConvertible;
            try
            {
                Conversions.Parsed((string)Expression, "Double");
                return true;
            }
            catch (SystemException)
            {
                return false;
            }
        }

        public static int LBound(Array Array, int Rank = 1) { return Array.GetLowerBound(Rank - 1); }
        public static int UBound(Array Array, int Rank = 1) { return Array.GetUpperBound(Rank - 1); }
        public static int RGB(int Red, int Green, int Blue) { return Blue << 16 | Green << 8 | Red; }

        private static readonly Dictionary<Type, string> names = new Dictionary<Type, string>
        {
            { typeof(short), "Short" }, { typeof(int), "Integer" }, { typeof(long), "Long" }, { typeof(ushort), "UShort" },
            { typeof(uint), "UInteger" }, { typeof(ulong), "ULong" }, { typeof(DateTime), "Date" },
        };

        public static string TypeName(object VarName)
        {
            if (VarName == null) return "Nothing";
            var type = VarName.GetType();
            var item = type.IsArray ? type.GetElementType() : type;
            string name;
            if (!names.TryGetValue(item, out name)) name = item.Name;
            return type.IsArray ? name + "(" + new string(',', type.GetArrayRank() - 1) + ")" : name;
        }

        public static VariantType VarType(object VarName)
        {
            if (VarName == null) return VariantType.Object;
            if (VarName is Array) return VariantType.Array | Of(VarName.GetType().GetElementType());
            return Of(VarName.GetType());
        }

        private static VariantType Of(Type type)
        {
            switch (Type.GetTypeCode(type))
            {
                case TypeCode.DBNull: return VariantType.Null;
                case TypeCode.Boolean: return VariantType.Boolean;
                case TypeCode.Byte: return VariantType.Byte;
                case TypeCode.Char: return VariantType.Char;
                case TypeCode.Int16: return VariantType.Short;
                case TypeCode.Int32: return VariantType.Integer;
                case TypeCode.Int64: return VariantType.Long;
                case TypeCode.Single: return VariantType.Single;
                case TypeCode.Double: return VariantType.Double;
                case TypeCode.Decimal: return VariantType.Decimal;
                case TypeCode.DateTime: return VariantType.Date;
                case TypeCode.String: return VariantType.String;
                default: return type.IsValueType ? VariantType.UserDefinedType : VariantType.Object;
            }
        }
    }

    [StandardModule]
    public sealed class Conversion
    {
        public static double Val(string InputStr)
        {
            var text = (InputStr ?? "").Replace(" ", "").Replace("\t", "").Replace("\n", "").Replace("\r", "");
            for (var length = text.Length; length > 0; length--)
            {
                double found;
                if (double.TryParse(text.Substring(0, length), NumberStyles.Float, CultureInfo.InvariantCulture, out found)) return found;
            }
            return 0;
        }

        public static int Val(char Expression) { return Expression >= '0' && Expression <= '9' ? Expression - '0' : 0; }
        public static double Val(object Expression) { return Expression is string ? Val((string)Expression) : Conversions.ToDouble(Expression); }

        public static string Str(object Number)
        {
            var text = Convert.ToString(Number, CultureInfo.InvariantCulture);
            return text.StartsWith("-", StringComparison.Ordinal) ? text : " " + text;
        }

        public static string Hex(int Number) { return Number.ToString("X"); }
        public static string Hex(long Number) { return Number.ToString("X"); }
        public static string Hex(object Number) { return Number is int || Number is short ? Hex(Conversions.ToInteger(Number)) : Hex(Conversions.ToLong(Number)); }
        public static string Oct(int Number) { return Convert.ToString(Number, 8); }
        public static string Oct(long Number) { return Convert.ToString(Number, 8); }
        public static int Int(int Number) { return Number; }
        public static long Int(long Number) { return Number; }
        public static double Int(double Number) { return Math.Floor(Number); }
        public static decimal Int(decimal Number) { return Math.Floor(Number); }
        public static object Int(object Number) { return Number is decimal ? (object)Int((decimal)Number) : Int(Conversions.ToDouble(Number)); }
        public static int Fix(int Number) { return Number; }
        public static long Fix(long Number) { return Number; }
        public static double Fix(double Number) { return Math.Truncate(Number); }
        public static decimal Fix(decimal Number) { return Math.Truncate(Number); }
        public static object Fix(object Number) { return Number is decimal ? (object)Fix((decimal)Number) : Fix(Conversions.ToDouble(Number)); }
        public static string ErrorToString() { return ProjectData.Error.Description; }
    }

    [StandardModule]
    public sealed class VBMath
    {
        [ThreadStatic] private static Random random;

        public static float Rnd() { return (float)(random ?? (random = new Random(327680))).NextDouble(); }
        public static float Rnd(float Number) { return Rnd(); }
        public static void Randomize() { random = new Random(); }
        public static void Randomize(double Number) { random = new Random(Number.GetHashCode()); }
    }
}
