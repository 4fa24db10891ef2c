// Stand in for System.Data.SqlClient while a script runs: its databases are reached through the run, with its connection map.
using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;
using Dtserve.Scripts;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    public sealed class SqlConnection : DatabaseConnection, ICloneable
    {
        public SqlConnection() { }
        public SqlConnection(string connectionString) : base(connectionString) { }
        protected override string Provider { get { return "System.Data.SqlClient.SqlConnection"; } }
        public new SqlCommand CreateCommand() { return new SqlCommand("", this); }
        protected override DbCommand CreateDbCommand() { return CreateCommand(); }
        public new SqlTransaction BeginTransaction() { return BeginTransaction(IsolationLevel.Unspecified); }
        public new SqlTransaction BeginTransaction(IsolationLevel iso) { return new SqlTransaction(this, iso); }
        protected internal override DatabaseTransaction MakeTransaction(IsolationLevel level) { return BeginTransaction(level); }
        protected override Exception Error(string message, int code) { return new SqlException(message, code); }
        object ICloneable.Clone() { return new SqlConnection(ConnectionString); }
    }

    public sealed class SqlTransaction : DatabaseTransaction
    {
        internal SqlTransaction(SqlConnection connection, IsolationLevel level) : base(connection, level) { }
        public new SqlConnection Connection { get { return (SqlConnection)base.Connection; } }
    }

    public sealed class SqlCommand : DatabaseCommand
    {
        public SqlCommand() : base("", null) { }
        public SqlCommand(string cmdText) : base(cmdText, null) { }
        public SqlCommand(string cmdText, SqlConnection connection) : base(cmdText, connection) { }
        public SqlCommand(string cmdText, SqlConnection connection, SqlTransaction transaction) : base(cmdText, connection) { Transaction = transaction; }

        private readonly SqlParameterCollection parameters = new SqlParameterCollection();
        protected override DbParameterCollection DbParameterCollection { get { return parameters; } }
        public new SqlParameterCollection Parameters { get { return parameters; } }
        public new SqlConnection Connection { get { return (SqlConnection)base.Connection; } set { base.Connection = value; } }
        public new SqlTransaction Transaction { get { return (SqlTransaction)base.Transaction; } set { base.Transaction = value; } }
        public new SqlParameter CreateParameter() { return new SqlParameter(); }
        protected override DbParameter CreateDbParameter() { return new SqlParameter(); }
        public new SqlDataReader ExecuteReader() { return (SqlDataReader)base.ExecuteReader(); }
        public new SqlDataReader ExecuteReader(CommandBehavior behavior) { return (SqlDataReader)base.ExecuteReader(behavior); }
        protected override DatabaseReader MakeReader(List<DataTable> tables, int affected, DatabaseConnection closes) { return new SqlDataReader(tables, affected, closes); }
    }

    public sealed class SqlDataReader : DatabaseReader
    {
        internal SqlDataReader(List<DataTable> tables, int affected, DatabaseConnection closes) : base(tables, affected, closes) { }
    }

    public sealed class SqlParameter : DatabaseParameter
    {
        public SqlParameter() { }
        public SqlParameter(string parameterName, object value) { ParameterName = parameterName; Value = value; }
        public SqlParameter(string parameterName, SqlDbType dbType) { ParameterName = parameterName; SqlDbType = dbType; }
        public SqlParameter(string parameterName, SqlDbType dbType, int size) : this(parameterName, dbType) { Size = size; }
        public SqlParameter(string parameterName, SqlDbType dbType, int size, string sourceColumn) : this(parameterName, dbType, size) { SourceColumn = sourceColumn; }
        public SqlDbType SqlDbType { get; set; }
    }

    public sealed class SqlParameterCollection : DatabaseParameters
    {
        public SqlParameter Add(SqlParameter value) { base.Add((object)value); return value; }
        public SqlParameter Add(string parameterName, SqlDbType dbType) { return Add(new SqlParameter(parameterName, dbType)); }
        public SqlParameter Add(string parameterName, SqlDbType dbType, int size) { return Add(new SqlParameter(parameterName, dbType, size)); }
        public SqlParameter Add(string parameterName, object value) { return AddWithValue(parameterName, value); }
        public SqlParameter AddWithValue(string parameterName, object value) { return Add(new SqlParameter(parameterName, value)); }
        public void AddRange(SqlParameter[] values) { base.AddRange(values); }
        public new SqlParameter this[int index] { get { return (SqlParameter)base[index]; } set { base[index] = value; } }
        public new SqlParameter this[string name] { get { return (SqlParameter)base[name]; } set { base[name] = value; } }
    }

    public sealed class SqlDataAdapter : DbDataAdapter
    {
        public SqlDataAdapter() { }
        public SqlDataAdapter(SqlCommand selectCommand) { SelectCommand = selectCommand; }
        public SqlDataAdapter(string selectCommandText, SqlConnection selectConnection) : this(new SqlCommand(selectCommandText, selectConnection)) { }
        public SqlDataAdapter(string selectCommandText, string selectConnectionString) : this(selectCommandText, new SqlConnection(selectConnectionString)) { }
        public new SqlCommand SelectCommand { get { return (SqlCommand)base.SelectCommand; } set { base.SelectCommand = value; } }
        public new SqlCommand InsertCommand { get { return (SqlCommand)base.InsertCommand; } set { base.InsertCommand = value; } }
        public new SqlCommand UpdateCommand { get { return (SqlCommand)base.UpdateCommand; } set { base.UpdateCommand = value; } }
        public new SqlCommand DeleteCommand { get { return (SqlCommand)base.DeleteCommand; } set { base.DeleteCommand = value; } }
    }

    [Serializable]
    public sealed class SqlException : DatabaseException
    {
        internal SqlException(string message, int code) : base(message, code) { }
        public int Number { get { return ErrorCode; } }
        public byte Class { get { return 16; } }
        public byte State { get { return 1; } }
        public int LineNumber { get { return 0; } }
        public string Server { get { return ""; } }
        public string Procedure { get { return ""; } }
    }
}
