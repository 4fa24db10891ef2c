// Parameters, readers and adapters of databases of the run.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;

namespace Dtserve.Scripts
{
    /// <summary>A parameter of a statement.</summary>
    public class DatabaseParameter : DbParameter
    {
        public DatabaseParameter()
        {
            Direction = ParameterDirection.Input;
            ParameterName = "";
            SourceColumn = "";
            SourceVersion = DataRowVersion.Current;
            IsNullable = true;
        }

        public override DbType DbType { get; set; }
        public override ParameterDirection Direction { get; set; }
        public override bool IsNullable { get; set; }
        public override string ParameterName { get; set; }
        public override int Size { get; set; }
        public override string SourceColumn { get; set; }
        public override bool SourceColumnNullMapping { get; set; }
        public override DataRowVersion SourceVersion { get; set; }
        public override object Value { get; set; }
        public override void ResetDbType() { DbType = DbType.AnsiString; }

        internal Dictionary<string, object> Facts()
        {
            return Session.Facts("name", ParameterName ?? "", "direction", Direction.ToString(), "size", Size, "value",
                                 Values.Encode(Value is DBNull ? null : Value));
        }

        internal void Take(Dictionary<string, object> outputs)
        {
            object found;
            if (outputs.TryGetValue(ParameterName ?? "", out found)) Value = Values.Decode(found) ?? DBNull.Value;
        }
    }

    /// <summary>The parameters of a statement, in order.</summary>
    public class DatabaseParameters : DbParameterCollection
    {
        private readonly List<DatabaseParameter> items = new List<DatabaseParameter>();

        public override int Count { get { return items.Count; } }
        public override bool IsFixedSize { get { return false; } }
        public override bool IsReadOnly { get { return false; } }
        public override bool IsSynchronized { get { return false; } }
        public override object SyncRoot { get { return items; } }

        public override int Add(object value)
        {
            items.Add((DatabaseParameter)value);
            return items.Count - 1;
        }

        public override void AddRange(Array values)
        {
            foreach (var each in values) Add(each);
        }

        public override void Clear() { items.Clear(); }
        public override bool Contains(object value) { return items.Contains(value as DatabaseParameter); }
        public override bool Contains(string value) { return IndexOf(value) >= 0; }
        public override void CopyTo(Array array, int index) { ((ICollection)items).CopyTo(array, index); }
        public override IEnumerator GetEnumerator() { return items.GetEnumerator(); }
        public override int IndexOf(object value) { return items.IndexOf((DatabaseParameter)value); }

        public override int IndexOf(string name)
        {
            return items.FindIndex(each => string.Equals(each.ParameterName, name, StringComparison.OrdinalIgnoreCase));
        }

        public override void Insert(int index, object value) { items.Insert(index, (DatabaseParameter)value); }
        public override void Remove(object value) { items.Remove((DatabaseParameter)value); }
        public override void RemoveAt(int index) { items.RemoveAt(index); }
        public override void RemoveAt(string name) { items.RemoveAt(Known(name)); }
        protected override DbParameter GetParameter(int index) { return items[index]; }
        protected override DbParameter GetParameter(string name) { return items[Known(name)]; }
        protected override void SetParameter(int index, DbParameter value) { items[index] = (DatabaseParameter)value; }
        protected override void SetParameter(string name, DbParameter value) { items[Known(name)] = (DatabaseParameter)value; }

        private int Known(string name)
        {
            var at = IndexOf(name);
            if (at < 0) throw new IndexOutOfRangeException("There is no parameter \"" + name + "\".");
            return at;
        }
    }

    /// <summary>Reads the results of a statement row by row.</summary>
    public class DatabaseReader : DbDataReader
    {
        private readonly int affected;
        private readonly DatabaseConnection closes;
        private readonly DataTableReader rows;
        private readonly bool[] filled;
        private int table;

        public DatabaseReader(List<DataTable> tables, int affected, DatabaseConnection closes)
        {
            this.affected = affected;
            this.closes = closes;
            rows = new DataTableReader(tables.ToArray());
            filled = tables.ConvertAll(each => each.Rows.Count > 0).ToArray();
        }

        public override object this[string name] { get { return rows[name]; } }
        public override object this[int ordinal] { get { return rows[ordinal]; } }
        public override int Depth { get { return 0; } }
        public override int FieldCount { get { return rows.FieldCount; } }
        public override bool HasRows { get { return filled[table]; } }
        public override bool IsClosed { get { return rows.IsClosed; } }
        public override int RecordsAffected { get { return affected; } }

        public override void Close()
        {
            rows.Close();
            if (closes != null) closes.Close();
        }

        public override bool NextResult()
        {
            if (!rows.NextResult()) return false;
            table++;
            return true;
        }

        public override bool Read() { return rows.Read(); }
        public override bool GetBoolean(int ordinal) { return rows.GetBoolean(ordinal); }
        public override byte GetByte(int ordinal) { return rows.GetByte(ordinal); }
        public override char GetChar(int ordinal) { return rows.GetChar(ordinal); }
        public override DateTime GetDateTime(int ordinal) { return rows.GetDateTime(ordinal); }
        public override decimal GetDecimal(int ordinal) { return rows.GetDecimal(ordinal); }
        public override double GetDouble(int ordinal) { return rows.GetDouble(ordinal); }
        public override float GetFloat(int ordinal) { return rows.GetFloat(ordinal); }
        public override Guid GetGuid(int ordinal) { return rows.GetGuid(ordinal); }
        public override short GetInt16(int ordinal) { return rows.GetInt16(ordinal); }
        public override int GetInt32(int ordinal) { return rows.GetInt32(ordinal); }
        public override long GetInt64(int ordinal) { return rows.GetInt64(ordinal); }
        public override string GetName(int ordinal) { return rows.GetName(ordinal); }
        public override int GetOrdinal(string name) { return rows.GetOrdinal(name); }
        public override string GetString(int ordinal) { return rows.GetString(ordinal); }
        public override object GetValue(int ordinal) { return rows.GetValue(ordinal); }
        public override int GetValues(object[] values) { return rows.GetValues(values); }
        public override bool IsDBNull(int ordinal) { return rows.IsDBNull(ordinal); }
        public override Type GetFieldType(int ordinal) { return rows.GetFieldType(ordinal); }
        public override string GetDataTypeName(int ordinal) { return rows.GetDataTypeName(ordinal); }
        public override DataTable GetSchemaTable() { return rows.GetSchemaTable(); }
        public override IEnumerator GetEnumerator() { return rows.GetEnumerator(); }

        public override long GetBytes(int ordinal, long dataOffset, byte[] buffer, int bufferOffset, int length)
        {
            return rows.GetBytes(ordinal, dataOffset, buffer, bufferOffset, length);
        }

        public override long GetChars(int ordinal, long dataOffset, char[] buffer, int bufferOffset, int length)
        {
            return rows.GetChars(ordinal, dataOffset, buffer, bufferOffset, length);
        }
    }
}
