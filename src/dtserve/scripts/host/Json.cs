// JSON as the protocol needs it: objects, arrays, text, numbers, booleans and null.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace Dtserve.Scripts
{
    /// <summary>Reads and writes the lines of the protocol.</summary>
    internal static class Json
    {
        public static string Write(object value)
        {
            var text = new StringBuilder();
            Write(text, value);
            return text.ToString();
        }

        private static void Write(StringBuilder text, object value)
        {
            if (value == null) text.Append("null");
            else if (value is bool) text.Append((bool)value ? "true" : "false");
            else if (value is string) Quote(text, (string)value);
            else if (value is int || value is long)
                text.Append(Convert.ToInt64(value).ToString(CultureInfo.InvariantCulture));
            else if (value is IDictionary<string, object>)
            {
                var first = true;
                text.Append('{');
                foreach (var pair in (IDictionary<string, object>)value)
                {
                    if (!first) text.Append(',');
                    first = false;
                    Quote(text, pair.Key);
                    text.Append(':');
                    Write(text, pair.Value);
                }
                text.Append('}');
            }
            else if (value is IEnumerable<object>)
            {
                var first = true;
                text.Append('[');
                foreach (var item in (IEnumerable<object>)value)
                {
                    if (!first) text.Append(',');
                    first = false;
                    Write(text, item);
                }
                text.Append(']');
            }
            else throw new ArgumentException("no JSON form: " + value.GetType().FullName);
        }

        private static void Quote(StringBuilder text, string value)
        {
            text.Append('"');
            foreach (var c in value)
            {
                if (c == '"' || c == '\\') text.Append('\\').Append(c);
                else if (c < ' ' || c > '~')
                    text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                else text.Append(c);
            }
            text.Append('"');
        }

        public static Dictionary<string, object> Read(string line)
        {
            var at = 0;
            return (Dictionary<string, object>)Value(line, ref at);
        }

        private static object Value(string line, ref int at)
        {
            Skip(line, ref at);
            switch (line[at])
            {
                case '{': return Members(line, ref at);
                case '[': return Items(line, ref at);
                case '"': return Text(line, ref at);
                case 't': at += 4; return true;
                case 'f': at += 5; return false;
                case 'n': at += 4; return null;
                default: return Number(line, ref at);
            }
        }

        private static void Skip(string line, ref int at)
        {
            while (at < line.Length && (line[at] == ' ' || line[at] == ',' || line[at] == ':')) at++;
        }

        private static Dictionary<string, object> Members(string line, ref int at)
        {
            var found = new Dictionary<string, object>();
            at++;
            for (Skip(line, ref at); line[at] != '}'; Skip(line, ref at))
            {
                var name = Text(line, ref at);
                found[name] = Value(line, ref at);
            }
            at++;
            return found;
        }

        private static List<object> Items(string line, ref int at)
        {
            var found = new List<object>();
            at++;
            for (Skip(line, ref at); line[at] != ']'; Skip(line, ref at)) found.Add(Value(line, ref at));
            at++;
            return found;
        }

        private static object Number(string line, ref int at)
        {
            var start = at;
            while (at < line.Length && "+-0123456789.eE".IndexOf(line[at]) >= 0) at++;
            return long.Parse(line.Substring(start, at - start), CultureInfo.InvariantCulture);
        }

        private static string Text(string line, ref int at)
        {
            var text = new StringBuilder();
            for (at++; line[at] != '"'; at++)
            {
                if (line[at] != '\\')
                {
                    text.Append(line[at]);
                    continue;
                }
                at++;
                switch (line[at])
                {
                    case 'n': text.Append('\n'); break;
                    case 'r': text.Append('\r'); break;
                    case 't': text.Append('\t'); break;
                    case 'b': text.Append('\b'); break;
                    case 'f': text.Append('\f'); break;
                    case 'u':
                        text.Append((char)int.Parse(line.Substring(at + 1, 4), NumberStyles.HexNumber));
                        at += 4;
                        break;
                    default: text.Append(line[at]); break;
                }
            }
            at++;
            return text.ToString();
        }
    }
}
