// Microsoft.VisualBasic.CompilerServices.Conversions: CStr, CInt, CDate … and the conversions of Option Strict Off.
using System;
using System.Globalization;

namespace Microsoft.VisualBasic.CompilerServices
{
    public sealed class Conversions
    {
        private static CultureInfo Culture { get { return CultureInfo.CurrentCulture; } }

        private static InvalidCastException Refused(object value, string type)
        {
            var shown = value as string;
            var from = shown != null ? "string \"" + shown + "\"" : "type '" + value.GetType().Name + "'";
            return new InvalidCastException("Conversion from " + from + " to type '" + type + "' is not valid.");
        }

        // --- to text ------------------------------------------------------------------------------

        public static string ToString(bool Value) { return Value ? "True" : "False"; }
        public static string ToString(byte Value) { return Value.ToString(Culture); }
        public static string ToString(char Value) { return Value.ToString(); }
        public static string ToString(short Value) { return Value.ToString(Culture); }
        public static string ToString(int Value) { return Value.ToString(Culture); }
        public static string ToString(uint Value) { return Value.ToString(Culture); }
        public static string ToString(long Value) { return Value.ToString(Culture); }
        public static string ToString(ulong Value) { return Value.ToString(Culture); }
        public static string ToString(float Value) { return Value.ToString(Culture); }
        public static string ToString(double Value) { return Value.ToString("G", Culture); }
        public static string ToString(decimal Value) { return Value.ToString("G", Culture); }

        public static string ToString(DateTime Value)
        {
            if (Value.TimeOfDay == TimeSpan.Zero) return Value.ToString("d", Culture);
            var zero = Value.Year == 1 && Value.Month == 1 && Value.Day == 1
                || Value.Year == 1899 && Value.Month == 12 && Value.Day == 30;
            return Value.ToString(zero ? "T" : "G", Culture);
        }

        public static string ToString(object Value)
        {
            if (Value == null) return null;
            if (Value is string) return (string)Value;
            if (Value is bool) return ToString((bool)Value);
            if (Value is DateTime) return ToString((DateTime)Value);
            if (Value is Enum) return Convert.ToInt64(Value).ToString(Culture);
            if (Value is char[]) return new string((char[])Value);
            if (Value is IConvertible && !(Value is DBNull)) return ((IConvertible)Value).ToString(Culture);
            throw Refused(Value, "String");
        }

        public static string FromCharArray(char[] Value) { return new string(Value); }
        public static string FromCharAndCount(char Value, int Count) { return new string(Value, Count); }

        public static char ToChar(string Value) { return string.IsNullOrEmpty(Value) ? '\0' : Value[0]; }
        public static char ToChar(object Value) { return Value == null ? '\0' : Value is char ? (char)Value : ToChar(ToString(Value)); }
        public static char[] ToCharArrayRankOne(string Value) { return (Value ?? "").ToCharArray(); }

        // --- to numbers ---------------------------------------------------------------------------

        private static T Number<T>(object value, string type, Func<object, T> convert)
        {
            if (value == null) return default(T);
            try
            {
                if (value is string) return convert(Parsed((string)value, type));
                if (value is bool) return convert((bool)value ? -1 : 0);
                if (value is char || value is DateTime || value is DBNull || !(value is IConvertible)) throw Refused(value, type);
                return convert(value);
            }
            catch (FormatException)
            {
                throw Refused(value, type);
            }
        }

        /// <summary>Text as a number: decimal where it is exact, else double; &amp;H and &amp;O are read too.</summary>
        internal static object Parsed(string text, string type)
        {
            var trimmed = text.Trim();
            if (trimmed.StartsWith("&H", StringComparison.OrdinalIgnoreCase)) return Convert.ToInt64(trimmed.Substring(2), 16);
            if (trimmed.StartsWith("&O", StringComparison.OrdinalIgnoreCase)) return Convert.ToInt64(trimmed.Substring(2), 8);
            decimal exact;
            if (decimal.TryParse(trimmed, NumberStyles.Any, Culture, out exact)) return exact;
            double number;
            if (double.TryParse(trimmed, NumberStyles.Any, Culture, out number)) return number;
            throw Refused(text, type);
        }

        public static bool ToBoolean(string Value)
        {
            if (string.Equals(Value, "True", StringComparison.OrdinalIgnoreCase)) return true;
            if (string.Equals(Value, "False", StringComparison.OrdinalIgnoreCase) || Value == null) return false;
            return Convert.ToDouble(Parsed(Value, "Boolean")) != 0;
        }

        public static bool ToBoolean(object Value)
        {
            if (Value is bool) return (bool)Value;
            return Value is string ? ToBoolean((string)Value) : Number(Value, "Boolean", each => Convert.ToDouble(each) != 0);
        }

        public static byte ToByte(string Value) { return Number(Value, "Byte", each => Convert.ToByte(each)); }
        public static byte ToByte(object Value) { return Number(Value, "Byte", each => each is int && (int)each == -1 ? (byte)255 : Convert.ToByte(each)); }
        public static sbyte ToSByte(string Value) { return Number(Value, "SByte", each => Convert.ToSByte(each)); }
        public static sbyte ToSByte(object Value) { return Number(Value, "SByte", each => Convert.ToSByte(each)); }
        public static short ToShort(string Value) { return Number(Value, "Short", each => Convert.ToInt16(each)); }
        public static short ToShort(object Value) { return Number(Value, "Short", each => Convert.ToInt16(each)); }
        public static ushort ToUShort(string Value) { return Number(Value, "UShort", each => Convert.ToUInt16(each)); }
        public static ushort ToUShort(object Value) { return Number(Value, "UShort", each => Convert.ToUInt16(each)); }
        public static int ToInteger(string Value) { return Number(Value, "Integer", each => Convert.ToInt32(each)); }
        public static int ToInteger(object Value) { return Number(Value, "Integer", each => Convert.ToInt32(each)); }
        public static uint ToUInteger(string Value) { return Number(Value, "UInteger", each => Convert.ToUInt32(each)); }
        public static uint ToUInteger(object Value) { return Number(Value, "UInteger", each => Convert.ToUInt32(each)); }
        public static long ToLong(string Value) { return Number(Value, "Long", each => Convert.ToInt64(each)); }
        public static long ToLong(object Value) { return Number(Value, "Long", each => Convert.ToInt64(each)); }
        public static ulong ToULong(string Value) { return Number(Value, "ULong", each => Convert.ToUInt64(each)); }
        public static ulong ToULong(object Value) { return Number(Value, "ULong", each => Convert.ToUInt64(each)); }
        public static float ToSingle(string Value) { return Number(Value, "Single", each => Convert.ToSingle(each)); }
        public static float ToSingle(object Value) { return Number(Value, "Single", each => Convert.ToSingle(each)); }
        public static double ToDouble(string Value) { return Number(Value, "Double", each => Convert.ToDouble(each)); }
        public static double ToDouble(object Value) { return Number(Value, "Double", each => Convert.ToDouble(each)); }
        public static decimal ToDecimal(bool Value) { return Value ? -1 : 0; }
        public static decimal ToDecimal(string Value) { return Number(Value, "Decimal", each => Convert.ToDecimal(each)); }
        public static decimal ToDecimal(object Value) { return Number(Value, "Decimal", each => Convert.ToDecimal(each)); }

        // --- to dates and the rest ----------------------------------------------------------------

        public static DateTime ToDate(string Value)
        {
            DateTime found;
            if (DateTime.TryParse(Value, Culture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.NoCurrentDateDefault, out found)) return found;
            throw Refused(Value ?? "", "Date");
        }

        public static DateTime ToDate(object Value)
        {
            if (Value == null) return default(DateTime);
            if (Value is DateTime) return (DateTime)Value;
            if (Value is string) return ToDate((string)Value);
            throw Refused(Value, "Date");
        }

        public static T ToGenericParameter<T>(object Value) { return (T)ChangeType(Value, typeof(T)); }

        public static object ChangeType(object Expression, Type TargetType)
        {
            if (Expression == null) return TargetType.IsValueType ? Activator.CreateInstance(TargetType) : null;
            if (TargetType.IsInstanceOfType(Expression)) return Expression;
            if (TargetType.IsEnum) return Enum.ToObject(TargetType, ChangeType(Expression, Enum.GetUnderlyingType(TargetType)));
            var nullable = Nullable.GetUnderlyingType(TargetType);
            if (nullable != null) return ChangeType(Expression, nullable);
            switch (Type.GetTypeCode(TargetType))
            {
                case TypeCode.Boolean: return ToBoolean(Expression);
                case TypeCode.Byte: return ToByte(Expression);
                case TypeCode.SByte: return ToSByte(Expression);
                case TypeCode.Int16: return ToShort(Expression);
                case TypeCode.UInt16: return ToUShort(Expression);
                case TypeCode.Int32: return ToInteger(Expression);
                case TypeCode.UInt32: return ToUInteger(Expression);
                case TypeCode.Int64: return ToLong(Expression);
                case TypeCode.UInt64: return ToULong(Expression);
                case TypeCode.Single: return ToSingle(Expression);
                case TypeCode.Double: return ToDouble(Expression);
                case TypeCode.Decimal: return ToDecimal(Expression);
                case TypeCode.DateTime: return ToDate(Expression);
                case TypeCode.Char: return ToChar(Expression);
                case TypeCode.String: return ToString(Expression);
            }
            throw Refused(Expression, TargetType.Name);
        }
    }
}
