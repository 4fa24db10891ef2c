// Microsoft.VisualBasic.CompilerServices.Operators: comparison, arithmetic and Like on values of any type.
using System;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.VisualBasic.CompilerServices
{
    public sealed class Operators
    {
        // --- comparison ---------------------------------------------------------------------------

        public static int CompareString(string Left, string Right, bool TextCompare)
        {
            Left = Left ?? "";
            Right = Right ?? "";
            if (!TextCompare) return Math.Sign(string.CompareOrdinal(Left, Right));
            const CompareOptions alike = CompareOptions.IgnoreCase | CompareOptions.IgnoreWidth | CompareOptions.IgnoreKanaType;
            return Math.Sign(CultureInfo.CurrentCulture.CompareInfo.Compare(Left, Right, alike));
        }

        internal static int Compare(object left, object right, bool textCompare)
        {
            if (left == null && right == null) return 0;
            if (left is string || right is string)
            {
                if ((left is string || left == null || left is char) && (right is string || right == null || right is char))
                    return CompareString(Conversions.ToString(left), Conversions.ToString(right), textCompare);
                if (left is DateTime || right is DateTime) return Conversions.ToDate(left).CompareTo(Conversions.ToDate(right));
                if (left is bool || right is bool) return Truth(left).CompareTo(Truth(right));
                return Conversions.ToDouble(left).CompareTo(Conversions.ToDouble(right));
            }
            if (left is DateTime || right is DateTime) return Conversions.ToDate(left).CompareTo(Conversions.ToDate(right));
            if (left is char && right is char) return ((char)left).CompareTo((char)right);
            if (Real(left) || Real(right)) return Conversions.ToDouble(left).CompareTo(Conversions.ToDouble(right));
            return Conversions.ToDecimal(left).CompareTo(Conversions.ToDecimal(right));
        }

        private static int Truth(object value) { return Conversions.ToBoolean(value) ? -1 : 0; }
        private static bool Real(object value) { return value is float || value is double; }

        public static object CompareObjectEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) == 0; }
        public static object CompareObjectNotEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) != 0; }
        public static object CompareObjectLess(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) < 0; }
        public static object CompareObjectLessEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) <= 0; }
        public static object CompareObjectGreater(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) > 0; }
        public static object CompareObjectGreaterEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) >= 0; }
        public static bool ConditionalCompareObjectEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) == 0; }
        public static bool ConditionalCompareObjectNotEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) != 0; }
        public static bool ConditionalCompareObjectLess(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) < 0; }
        public static bool ConditionalCompareObjectLessEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) <= 0; }
        public static bool ConditionalCompareObjectGreater(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) > 0; }
        public static bool ConditionalCompareObjectGreaterEqual(object Left, object Right, bool TextCompare) { return Compare(Left, Right, TextCompare) >= 0; }

        // --- arithmetic ---------------------------------------------------------------------------

        /// <summary>0 whole number, 1 decimal, 2 double: the widest of the two; text counts as a double.</summary>
        private static int Kind(object left, object right)
        {
            return Math.Max(Kind(left), Kind(right));
        }

        private static int Kind(object value)
        {
            if (value is string || Real(value)) return 2;
            return value is decimal || value is ulong ? 1 : 0;
        }

        private static object Whole(object left, object right, long result)
        {
            if (!(left is long || right is long || left is uint || right is uint) && result >= int.MinValue && result <= int.MaxValue)
                return (int)result;
            return result;
        }

        private static object Arithmetic(object left, object right, Func<long, long, long> whole, Func<decimal, decimal, decimal> exact, Func<double, double, double> real)
        {
            var kind = Kind(left, right);
            if (kind == 2) return real(Conversions.ToDouble(left), Conversions.ToDouble(right));
            if (kind == 0)
                try
                {
                    return Whole(left, right, whole(Conversions.ToLong(left), Conversions.ToLong(right)));
                }
                catch (OverflowException)
                {
                    kind = 1;
                }
            return exact(Conversions.ToDecimal(left), Conversions.ToDecimal(right));
        }

        public static object AddObject(object Left, object Right)
        {
            if ((Left is string || Left is char || Left == null) && (Right is string || Right is char) || Left is string && Right == null)
                return Conversions.ToString(Left) + Conversions.ToString(Right);
            if (Left is DateTime && Right is TimeSpan) return (DateTime)Left + (TimeSpan)Right;
            return Arithmetic(Left, Right, (a, b) => checked(a + b), (a, b) => a + b, (a, b) => a + b);
        }

        public static object SubtractObject(object Left, object Right)
        {
            if (Left is DateTime && Right is DateTime) return (DateTime)Left - (DateTime)Right;
            if (Left is DateTime && Right is TimeSpan) return (DateTime)Left - (TimeSpan)Right;
            return Arithmetic(Left, Right, (a, b) => checked(a - b), (a, b) => a - b, (a, b) => a - b);
        }

        public static object MultiplyObject(object Left, object Right)
        {
            return Arithmetic(Left, Right, (a, b) => checked(a * b), (a, b) => a * b, (a, b) => a * b);
        }

        public static object DivideObject(object Left, object Right)
        {
            if (Kind(Left, Right) == 1) return Conversions.ToDecimal(Left) / Conversions.ToDecimal(Right);
            return Conversions.ToDouble(Left) / Conversions.ToDouble(Right);
        }

        public static object IntDivideObject(object Left, object Right)
        {
            return Whole(Left, Right, Conversions.ToLong(Left) / Conversions.ToLong(Right));
        }

        public static object ModObject(object Left, object Right)
        {
            return Arithmetic(Left, Right, (a, b) => a % b, (a, b) => a % b, (a, b) => a % b);
        }

        public static object ExponentObject(object Left, object Right) { return Math.Pow(Conversions.ToDouble(Left), Conversions.ToDouble(Right)); }
        public static object NegateObject(object Operand) { return SubtractObject(0, Operand); }
        public static object PlusObject(object Operand) { return AddObject(0, Operand); }
        public static object ConcatenateObject(object Left, object Right) { return Text(Left) + Text(Right); }
        private static string Text(object value) { return value is DBNull ? "" : Conversions.ToString(value); }

        // --- bits and truth -----------------------------------------------------------------------

        private static object Bits(object left, object right, Func<long, long, long> combine)
        {
            if (left is bool && right is bool) return combine((bool)left ? -1 : 0, (bool)right ? -1 : 0) != 0;
            return Whole(left, right, combine(Conversions.ToLong(left), Conversions.ToLong(right)));
        }

        public static object AndObject(object Left, object Right) { return Bits(Left, Right, (a, b) => a & b); }
        public static object OrObject(object Left, object Right) { return Bits(Left, Right, (a, b) => a | b); }
        public static object XorObject(object Left, object Right) { return Bits(Left, Right, (a, b) => a ^ b); }
        public static object NotObject(object Operand) { return Operand is bool ? (object)!(bool)Operand : Whole(Operand, Operand, ~Conversions.ToLong(Operand)); }
        public static object LeftShiftObject(object Operand, object Amount) { return Whole(Operand, Operand, Conversions.ToLong(Operand) << Conversions.ToInteger(Amount)); }
        public static object RightShiftObject(object Operand, object Amount) { return Whole(Operand, Operand, Conversions.ToLong(Operand) >> Conversions.ToInteger(Amount)); }

        // --- Like ---------------------------------------------------------------------------------

        public static bool LikeString(string Source, string Pattern, CompareMethod CompareOption)
        {
            var pattern = new StringBuilder("^");
            for (var at = 0; at < (Pattern ?? "").Length; at++)
            {
                var c = Pattern[at];
                var end = c == '[' ? Pattern.IndexOf(']', at + 1) : -1;
                if (c == '*') pattern.Append(".*");
                else if (c == '?') pattern.Append('.');
                else if (c == '#') pattern.Append("[0-9]");
                else if (end > 0)
                {
                    var set = Pattern.Substring(at + 1, end - at - 1);
                    var not = set.StartsWith("!", StringComparison.Ordinal) ? "^" : "";
                    if (set.Length > 0) pattern.Append('[').Append(not).Append(set.Substring(not.Length).Replace("\\", "\\\\").Replace("^", "\\^")).Append(']');
                    at = end;
                }
                else pattern.Append(Regex.Escape(c.ToString()));
            }
            var options = RegexOptions.Singleline | (CompareOption == CompareMethod.Text ? RegexOptions.IgnoreCase : 0);
            return Regex.IsMatch(Source ?? "", pattern.Append("\\z").ToString(), options);
        }

        public static object LikeObject(object Source, object Pattern, CompareMethod CompareOption)
        {
            return LikeString(Conversions.ToString(Source), Conversions.ToString(Pattern), CompareOption);
        }
    }

    /// <summary>The string operators of Visual Basic.</summary>
    public sealed class StringType
    {
        public static int StrCmp(string sLeft, string sRight, bool TextCompare) { return Operators.CompareString(sLeft, sRight, TextCompare); }
        public static string FromObject(object Value) { return Conversions.ToString(Value); }
    }
}
