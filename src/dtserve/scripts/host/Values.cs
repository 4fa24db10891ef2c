// Values of variables, parameters and rows on the line: {"t": type, "v": text}, null for nothing.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Data;
using System.Globalization;

namespace Dtserve.Scripts
{
    /// <summary>Turns .NET values into their form on the line and back.</summary>
    internal static class Values
    {
        private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;
        private const string Moment = "yyyy-MM-ddTHH:mm:ss.fffffff";

        private static readonly Dictionary<long, object> held = new Dictionary<long, object>();
        private static long lastHeld;

        public static object Encode(object value)
        {
            if (value == null) return null;
            if (value is DBNull) return Pair("dbnull", "");
            var foreign = value as Foreign;
            if (foreign != null) return Session.Facts("t", "foreign", "ref", foreign.Reference);
            if (value is Enum) value = Convert.ChangeType(value, Enum.GetUnderlyingType(value.GetType()));
            var simple = Simple(value);
            if (simple != null) return simple;
            if (value is byte[]) return Pair("bytes", Convert.ToBase64String((byte[])value));
            if (value is DataTable) return Table((DataTable)value, false);
            if (value is DataSet) return Set((DataSet)value);
            if (value is Array && ((Array)value).Rank == 1 || value is ArrayList || IsList(value))
            {
                var items = new List<object>();
                foreach (var item in (IEnumerable)value) items.Add(Encode(item));
                return Held(value, Session.Facts("t", "list", "v", items));
            }
            return Held(value, Session.Facts("t", "object", "v", value.GetType().FullName));
        }

        private static bool IsList(object value)
        {
            var type = value.GetType();
            return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>);
        }

        /// <summary>Objects that only .NET knows stay here; the run keeps their number.</summary>
        private static object Held(object value, Dictionary<string, object> facts)
        {
            lock (held)
            {
                held[++lastHeld] = value;
                facts["id"] = lastHeld;
            }
            return facts;
        }

        public static void Release(long number)
        {
            lock (held) held.Remove(number);
        }

        private static object Simple(object value)
        {
            switch (Type.GetTypeCode(value.GetType()))
            {
                case TypeCode.Boolean: return Pair("bool", (bool)value ? "1" : "0");
                case TypeCode.Char: return Pair("char", ((int)(char)value).ToString(Plain));
                case TypeCode.SByte: return Pair("i1", Convert.ToString(value, Plain));
                case TypeCode.Byte: return Pair("ui1", Convert.ToString(value, Plain));
                case TypeCode.Int16: return Pair("i2", Convert.ToString(value, Plain));
                case TypeCode.UInt16: return Pair("ui2", Convert.ToString(value, Plain));
                case TypeCode.Int32: return Pair("i4", Convert.ToString(value, Plain));
                case TypeCode.UInt32: return Pair("ui4", Convert.ToString(value, Plain));
                case TypeCode.Int64: return Pair("i8", Convert.ToString(value, Plain));
                case TypeCode.UInt64: return Pair("ui8", Convert.ToString(value, Plain));
                case TypeCode.Single: return Pair("r4", ((float)value).ToString("R", Plain));
                case TypeCode.Double: return Pair("r8", ((double)value).ToString("R", Plain));
                case TypeCode.Decimal: return Pair("decimal", ((decimal)value).ToString(Plain));
                case TypeCode.DateTime: return Pair("date", ((DateTime)value).ToString(Moment, Plain));
                case TypeCode.String: return Pair("string", (string)value);
            }
            if (value is Guid) return Pair("guid", ((Guid)value).ToString("B").ToUpperInvariant());
            if (value is TimeSpan && ((TimeSpan)value).Ticks >= 0 && ((TimeSpan)value).Days == 0)
                return Pair("time", ((TimeSpan)value).ToString("c", Plain)); // longer ones are no time of a day
            if (value is DateTimeOffset)
                return Pair("dateoffset", ((DateTimeOffset)value).ToString(Moment + "zzz", Plain));
            return null;
        }

        private static object Pair(string type, string text)
        {
            return Session.Facts("t", type, "v", text);
        }

        public static object Decode(object coded)
        {
            var facts = coded as Dictionary<string, object>;
            if (facts == null) return null;
            object number;
            if (facts.TryGetValue("id", out number))
                lock (held) return held[(long)number];
            var type = (string)facts["t"];
            if (type == "list") return Items((List<object>)facts["v"]);
            if (type == "table") return Table(facts);
            if (type == "recordset") return new Recordset(Table(facts), (long)facts["ref"]);
            if (type == "foreign") return new Foreign((long)facts["ref"], (string)facts["v"]);
            if (type == "set") return Set(facts);
            return Scalar(type, (string)facts["v"]);
        }

        private static object Scalar(string type, string text)
        {
            switch (type)
            {
                case "dbnull": return DBNull.Value;
                case "bool": return text == "1";
                case "char": return (char)int.Parse(text, Plain);
                case "i1": return sbyte.Parse(text, Plain);
                case "ui1": return byte.Parse(text, Plain);
                case "i2": return short.Parse(text, Plain);
                case "ui2": return ushort.Parse(text, Plain);
                case "i4": return int.Parse(text, Plain);
                case "ui4": return uint.Parse(text, Plain);
                case "i8": return long.Parse(text, Plain);
                case "ui8": return ulong.Parse(text, Plain);
                case "r4": return float.Parse(text, Plain);
                case "r8": return double.Parse(text, Plain);
                case "decimal": return decimal.Parse(text, NumberStyles.Float, Plain);
                case "date": return DateTime.Parse(text, Plain, DateTimeStyles.None);
                case "dateoffset": return DateTimeOffset.Parse(text, Plain);
                case "time": return TimeSpan.Parse(text, Plain);
                case "guid": return new Guid(text);
                case "bytes": return Convert.FromBase64String(text);
                default: return text;
            }
        }

        private static object Items(List<object> coded)
        {
            var found = new object[coded.Count];
            for (var at = 0; at < found.Length; at++) found[at] = Decode(coded[at]);
            return found;
        }

        // --- tables -------------------------------------------------------------------------------

        private static readonly Dictionary<string, Type> types = new Dictionary<string, Type>
        {
            { "bool", typeof(bool) }, { "char", typeof(char) }, { "i1", typeof(sbyte) }, { "ui1", typeof(byte) },
            { "i2", typeof(short) }, { "ui2", typeof(ushort) }, { "i4", typeof(int) }, { "ui4", typeof(uint) },
            { "i8", typeof(long) }, { "ui8", typeof(ulong) }, { "r4", typeof(float) }, { "r8", typeof(double) },
            { "decimal", typeof(decimal) }, { "date", typeof(DateTime) }, { "dateoffset", typeof(DateTimeOffset) },
            { "time", typeof(TimeSpan) }, { "guid", typeof(Guid) }, { "bytes", typeof(byte[]) },
            { "string", typeof(string) },
        };

        private static string Name(Type type)
        {
            foreach (var pair in types)
                if (pair.Value == type) return pair.Key;
            return "string";
        }

        private static object Table(DataTable table, bool nested)
        {
            var columns = new List<object>();
            foreach (DataColumn column in table.Columns)
                columns.Add(new List<object> { column.ColumnName, Name(column.DataType) });
            var rows = new List<object>();
            foreach (DataRow row in table.Rows)
            {
                if (row.RowState == DataRowState.Deleted) continue;
                var cells = new List<object>();
                foreach (DataColumn column in table.Columns) cells.Add(Cell(row[column], column.DataType));
                rows.Add(cells);
            }
            var facts = Session.Facts("t", "table", "columns", columns, "rows", rows, "name", table.TableName);
            return nested ? facts : Held(table, facts);
        }

        private static object Cell(object value, Type type)
        {
            if (value == null || value is DBNull) return null;
            var coded = Encode(types.ContainsValue(type) ? value : Convert.ToString(value, Plain));
            return ((Dictionary<string, object>)coded)["v"];
        }

        private static object Set(DataSet set)
        {
            var tables = new List<object>();
            foreach (DataTable table in set.Tables) tables.Add(Table(table, true));
            return Held(set, Session.Facts("t", "set", "tables", tables));
        }

        /// <summary>The columns and rows of a result in a table; names that repeat get a number.</summary>
        public static DataTable Table(Dictionary<string, object> facts)
        {
            var table = new DataTable();
            object name;
            if (facts.TryGetValue("name", out name) && name != null) table.TableName = (string)name;
            var kinds = new List<string>();
            foreach (List<object> column in (List<object>)facts["columns"])
            {
                kinds.Add((string)column[1]);
                var wanted = (string)column[0];
                var free = wanted;
                for (var number = 1; free.Length > 0 && table.Columns.Contains(free); number++) free = wanted + number;
                table.Columns.Add(free, types[(string)column[1]]);
            }
            table.BeginLoadData();
            foreach (List<object> row in (List<object>)facts["rows"])
            {
                var cells = new object[row.Count];
                for (var at = 0; at < cells.Length; at++)
                    cells[at] = row[at] == null ? DBNull.Value : Scalar(kinds[at], (string)row[at]);
                table.LoadDataRow(cells, true);
            }
            table.EndLoadData();
            return table;
        }

        private static object Set(Dictionary<string, object> facts)
        {
            var set = new DataSet();
            foreach (Dictionary<string, object> table in (List<object>)facts["tables"]) set.Tables.Add(Table(table));
            return set;
        }
    }
}
