// Stand in for System.Data.OleDb while a script runs: its databases are reached through the run, with its connection map.
using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using System.Data.OleDb;
using Dtserve.Scripts;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    public sealed class OleDbConnection : DatabaseConnection, ICloneable
    {
        public OleDbConnection() { }
        public OleDbConnection(string connectionString) : base(connectionString) { }
        protected override string Provider { get { return "System.Data.OleDb.OleDbConnection"; } }
        public new OleDbCommand CreateCommand() { return new OleDbCommand("", this); }
        protected override DbCommand CreateDbCommand() { return CreateCommand(); }
        public new OleDbTransaction BeginTransaction() { return BeginTransaction(IsolationLevel.Unspecified); }
        public new OleDbTransaction BeginTransaction(IsolationLevel iso) { return new OleDbTransaction(this, iso); }
        protected internal override DatabaseTransaction MakeTransaction(IsolationLevel level) { return BeginTransaction(level); }
        protected override Exception Error(string message, int code) { return new OleDbException(message, code); }
        object ICloneable.Clone() { return new OleDbConnection(ConnectionString); }
    }

    public sealed class OleDbTransaction : DatabaseTransaction
    {
        internal OleDbTransaction(OleDbConnection connection, IsolationLevel level) : base(connection, level) { }
        public new OleDbConnection Connection { get { return (OleDbConnection)base.Connection; } }
    }

    public sealed class OleDbCommand : DatabaseCommand
    {
        public OleDbCommand() : base("", null) { }
        public OleDbCommand(string cmdText) : base(cmdText, null) { }
        public OleDbCommand(string cmdText, OleDbConnection connection) : base(cmdText, connection) { }
        public OleDbCommand(string cmdText, OleDbConnection connection, OleDbTransaction transaction) : base(cmdText, connection) { Transaction = transaction; }

        private readonly OleDbParameterCollection parameters = new OleDbParameterCollection();
        protected override DbParameterCollection DbParameterCollection { get { return parameters; } }
        public new OleDbParameterCollection Parameters { get { return parameters; } }
        public new OleDbConnection Connection { get { return (OleDbConnection)base.Connection; } set { base.Connection = value; } }
        public new OleDbTransaction Transaction { get { return (OleDbTransaction)base.Transaction; } set { base.Transaction = value; } }
        public new OleDbParameter CreateParameter() { return new OleDbParameter(); }
        protected override DbParameter CreateDbParameter() { return new OleDbParameter(); }
        public new OleDbDataReader ExecuteReader() { return (OleDbDataReader)base.ExecuteReader(); }
        public new OleDbDataReader ExecuteReader(CommandBehavior behavior) { return (OleDbDataReader)base.ExecuteReader(behavior); }
        protected override DatabaseReader MakeReader(List<DataTable> tables, int affected, DatabaseConnection closes) { return new OleDbDataReader(tables, affected, closes); }
    }

    public sealed class OleDbDataReader : DatabaseReader
    {
        internal OleDbDataReader(List<DataTable> tables, int affected, DatabaseConnection closes) : base(tables, affected, closes) { }
    }

    public sealed class OleDbParameter : DatabaseParameter
    {
        public OleDbParameter() { }
        public OleDbParameter(string parameterName, object value) { ParameterName = parameterName; Value = value; }
        public OleDbParameter(string parameterName, OleDbType dbType) { ParameterName = parameterName; OleDbType = dbType; }
        public OleDbParameter(string parameterName, OleDbType dbType, int size) : this(parameterName, dbType) { Size = size; }
        public OleDbParameter(string parameterName, OleDbType dbType, int size, string sourceColumn) : this(parameterName, dbType, size) { SourceColumn = sourceColumn; }
        public OleDbType OleDbType { get; set; }
    }

    public sealed class OleDbParameterCollection : DatabaseParameters
    {
        public OleDbParameter Add(OleDbParameter value) { base.Add((object)value); return value; }
        public OleDbParameter Add(string parameterName, OleDbType dbType) { return Add(new OleDbParameter(parameterName, dbType)); }
        public OleDbParameter Add(string parameterName, OleDbType dbType, int size) { return Add(new OleDbParameter(parameterName, dbType, size)); }
        public OleDbParameter Add(string parameterName, object value) { return AddWithValue(parameterName, value); }
        public OleDbParameter AddWithValue(string parameterName, object value) { return Add(new OleDbParameter(parameterName, value)); }
        public void AddRange(OleDbParameter[] values) { base.AddRange(values); }
        public new OleDbParameter this[int index] { get { return (OleDbParameter)base[index]; } set { base[index] = value; } }
        public new OleDbParameter this[string name] { get { return (OleDbParameter)base[name]; } set { base[name] = value; } }
    }

    public sealed class OleDbDataAdapter : DbDataAdapter
    {
        public OleDbDataAdapter() { }
        public OleDbDataAdapter(OleDbCommand selectCommand) { SelectCommand = selectCommand; }
        public OleDbDataAdapter(string selectCommandText, OleDbConnection selectConnection) : this(new OleDbCommand(selectCommandText, selectConnection)) { }
        public OleDbDataAdapter(string selectCommandText, string selectConnectionString) : this(selectCommandText, new OleDbConnection(selectConnectionString)) { }
        public new OleDbCommand SelectCommand { get { return (OleDbCommand)base.SelectCommand; } set { base.SelectCommand = value; } }
        public new OleDbCommand InsertCommand { get { return (OleDbCommand)base.InsertCommand; } set { base.InsertCommand = value; } }
        public new OleDbCommand UpdateCommand { get { return (OleDbCommand)base.UpdateCommand; } set { base.UpdateCommand = value; } }
        public new OleDbCommand DeleteCommand { get { return (OleDbCommand)base.DeleteCommand; } set { base.DeleteCommand = value; } }

        /// <summary>The rows of an ADO recordset of a variable.</summary>
        public int Fill(DataTable dataTable, object ADODBRecordSet) { return ((Recordset)ADODBRecordSet).Fill(dataTable); }

        public int Fill(DataSet dataSet, object ADODBRecordSet, string srcTable)
        {
            if (!dataSet.Tables.Contains(srcTable)) dataSet.Tables.Add(srcTable);
            return Fill(dataSet.Tables[srcTable], ADODBRecordSet);
        }
    }

    [Serializable]
    public sealed class OleDbException : DatabaseException
    {
        internal OleDbException(string message, int code) : base(message, code) { }
    }
}
