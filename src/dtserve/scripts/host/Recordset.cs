// Objects of the run that scripts hold without being able to open them, and ADO recordsets.
using System;
using System.Data;

namespace Dtserve.Scripts
{
    /// <summary>An object that stays in the run; a script can hand it on to another variable.</summary>
    public class Foreign
    {
        internal readonly long Reference;
        private readonly string name;

        internal Foreign(long reference, string name)
        {
            Reference = reference;
            this.name = name;
        }

        public override string ToString() { return name; }
    }

    /// <summary>What a variable with an ADO recordset holds: scripts hand it to OleDbDataAdapter.Fill or walk through it.</summary>
    public sealed class Recordset : Foreign
    {
        private readonly DataTable table;
        private int row;

        internal Recordset(DataTable table, long reference) : base(reference, "System.__ComObject") { this.table = table; }

        public int RecordCount { get { return table.Rows.Count; } }
        public bool BOF { get { return row < 0 || table.Rows.Count == 0; } }
        public bool EOF { get { return row >= table.Rows.Count; } }
        public void MoveFirst() { row = 0; }
        public void MoveNext() { row++; }
        public void MovePrevious() { row--; }
        public void MoveLast() { row = table.Rows.Count - 1; }
        public void Close() { }
        public RecordsetFields Fields { get { return new RecordsetFields(table, row); } }

        /// <summary>Adds the rows to a table, which gets the columns it does not have.</summary>
        public int Fill(DataTable target)
        {
            foreach (DataColumn column in table.Columns)
                if (!target.Columns.Contains(column.ColumnName)) target.Columns.Add(column.ColumnName, column.DataType);
            foreach (DataRow each in table.Rows)
            {
                var made = target.NewRow();
                foreach (DataColumn column in table.Columns) made[column.ColumnName] = each[column];
                target.Rows.Add(made);
            }
            target.AcceptChanges();
            return table.Rows.Count;
        }
    }

    /// <summary>The fields of a recordset's current row.</summary>
    public sealed class RecordsetFields
    {
        private readonly DataTable table;
        private readonly int row;

        internal RecordsetFields(DataTable table, int row)
        {
            this.table = table;
            this.row = row;
        }

        public int Count { get { return table.Columns.Count; } }

        public RecordsetField this[object index]
        {
            get
            {
                var column = index is string ? table.Columns[(string)index] : table.Columns[Convert.ToInt32(index)];
                return new RecordsetField(column.ColumnName, table.Rows[row][column]);
            }
        }
    }

    /// <summary>One field.</summary>
    public sealed class RecordsetField
    {
        internal RecordsetField(string name, object value)
        {
            Name = name;
            Value = value;
        }

        public string Name { get; private set; }
        public object Value { get; private set; }
    }
}
