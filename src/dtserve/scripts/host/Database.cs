// Databases of the package's connection managers: statements go to the run, which has the drivers and the connection map.
using System;
using System.Collections.Generic;
using System.Data;
using System.Data.Common;

namespace Dtserve.Scripts
{
    /// <summary>A connection whose statements the run executes.</summary>
    public class DatabaseConnection : DbConnection
    {
        private Session session;
        private long number = -1;
        private string text = "";

        public DatabaseConnection() { }

        public DatabaseConnection(string connectionString) { text = connectionString ?? ""; }

        /// <summary>Which kind of connection the run makes of a connection string.</summary>
        protected virtual string Provider { get { return "System.Data.SqlClient.SqlConnection"; } }

        /// <summary>A connection of the class of its provider.</summary>
        internal static DatabaseConnection Make(string provider)
        {
            var name = provider.Substring(provider.LastIndexOf('.') + 1);
            var type = typeof(DatabaseConnection).Assembly.GetType("Microsoft.SqlServer.Dts.Tasks.ScriptTask." + name);
            return type == null ? new DatabaseConnection() : (DatabaseConnection)Activator.CreateInstance(type);
        }

        internal void Adopt(Session owner, long database, string connectionString)
        {
            session = owner;
            number = database;
            text = connectionString;
        }

        internal Dictionary<string, object> Ask(string operation, params object[] pairs)
        {
            if (number < 0) throw new InvalidOperationException("The connection is not open.");
            var facts = new object[pairs.Length + 2];
            facts[0] = "database";
            facts[1] = number;
            pairs.CopyTo(facts, 2);
            return Told(operation, facts);
        }

        private Dictionary<string, object> Told(string operation, object[] facts)
        {
            try
            {
                return session.Call(operation, facts);
            }
            catch (DatabaseException error)
            {
                throw Error(error.Message, error.ErrorCode);
            }
        }

        /// <summary>What the database said as the exception of the provider.</summary>
        protected virtual Exception Error(string message, int code) { return new DatabaseException(message, code); }

        public override string ConnectionString { get { return text; } set { text = value ?? ""; } }
        public override string Database { get { return Fact("database_name"); } }
        public override string DataSource { get { return Fact("server"); } }
        public override string ServerVersion { get { return Fact("version"); } }
        public override ConnectionState State { get { return number < 0 ? ConnectionState.Closed : ConnectionState.Open; } }

        private string Fact(string name) { return number < 0 ? "" : (string)Ask("sql.facts")[name]; }

        public override void Open()
        {
            if (number >= 0) throw new InvalidOperationException("The connection was not closed. It is open.");
            session = Session.Current;
            number = (long)Told("sql.open", new object[] { "connection_string", text, "provider", Provider })["value"];
        }

        public override void Close()
        {
            if (number < 0) return;
            Ask("sql.close");
            number = -1;
        }

        public override void ChangeDatabase(string databaseName)
        {
            new DatabaseCommand("USE [" + databaseName.Replace("]", "]]") + "]", this).ExecuteNonQuery();
        }

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel)
        {
            return MakeTransaction(isolationLevel);
        }

        internal protected virtual DatabaseTransaction MakeTransaction(IsolationLevel level)
        {
            return new DatabaseTransaction(this, level);
        }

        protected override DbCommand CreateDbCommand() { return new DatabaseCommand("", this); }

        protected override void Dispose(bool disposing)
        {
            if (disposing) Close();
            base.Dispose(disposing);
        }
    }

    /// <summary>A transaction of the run's session.</summary>
    public class DatabaseTransaction : DbTransaction
    {
        private readonly DatabaseConnection connection;
        private readonly IsolationLevel level;
        private bool ended;

        public DatabaseTransaction(DatabaseConnection connection, IsolationLevel level)
        {
            this.connection = connection;
            this.level = level == IsolationLevel.Unspecified ? IsolationLevel.ReadCommitted : level;
            connection.Ask("sql.begin", "level", this.level.ToString());
        }

        protected override DbConnection DbConnection { get { return connection; } }
        public override IsolationLevel IsolationLevel { get { return level; } }
        public override void Commit() { End("sql.commit"); }
        public override void Rollback() { End("sql.rollback"); }

        private void End(string operation)
        {
            if (ended) throw new InvalidOperationException("This transaction has completed; it is no longer usable.");
            ended = true;
            connection.Ask(operation);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && !ended && connection.State == ConnectionState.Open) Rollback();
            base.Dispose(disposing);
        }
    }

    /// <summary>A statement with its parameters.</summary>
    public class DatabaseCommand : DbCommand
    {
        private readonly DatabaseParameters parameters = new DatabaseParameters();
        private DatabaseConnection connection;

        public DatabaseCommand(string text, DatabaseConnection connection)
        {
            CommandText = text;
            this.connection = connection;
            CommandTimeout = 30;
            CommandType = CommandType.Text;
        }

        public override string CommandText { get; set; }
        public override int CommandTimeout { get; set; }
        public override CommandType CommandType { get; set; }
        public override bool DesignTimeVisible { get; set; }
        public override UpdateRowSource UpdatedRowSource { get; set; }
        protected override DbTransaction DbTransaction { get; set; }
        protected override DbParameterCollection DbParameterCollection { get { return parameters; } }

        protected override DbConnection DbConnection
        {
            get { return connection; }
            set { connection = (DatabaseConnection)value; }
        }

        public override void Cancel() { }
        public override void Prepare() { }
        protected override DbParameter CreateDbParameter() { return new DatabaseParameter(); }

        private List<object> Run()
        {
            if (connection == null || connection.State != ConnectionState.Open)
                throw new InvalidOperationException("The statement needs an open connection.");
            var given = new List<object>();
            foreach (DatabaseParameter each in Parameters) given.Add(each.Facts());
            var answer = connection.Ask("sql.execute", "text", CommandText ?? "", "kind", CommandType.ToString(),
                                        "timeout", CommandTimeout, "parameters", given);
            var outputs = (Dictionary<string, object>)answer["outputs"];
            foreach (DatabaseParameter each in Parameters) each.Take(outputs);
            return (List<object>)answer["results"];
        }

        private static List<DataTable> Tables(List<object> results)
        {
            var tables = new List<DataTable>();
            foreach (Dictionary<string, object> each in results)
                if (((List<object>)each["columns"]).Count > 0) tables.Add(Values.Table(each));
            return tables;
        }

        private static int Affected(List<object> results)
        {
            var total = -1L;
            foreach (Dictionary<string, object> each in results)
                if ((long)each["affected"] >= 0 && ((List<object>)each["columns"]).Count == 0)
                    total = Math.Max(total, 0) + (long)each["affected"];
            return (int)total;
        }

        public override int ExecuteNonQuery() { return Affected(Run()); }

        public override object ExecuteScalar()
        {
            var tables = Tables(Run());
            return tables.Count == 0 || tables[0].Rows.Count == 0 ? null : tables[0].Rows[0][0];
        }

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            var results = Run();
            var tables = Tables(results);
            if (tables.Count == 0) tables.Add(new DataTable());
            return MakeReader(tables, Affected(results), (behavior & CommandBehavior.CloseConnection) != 0 ? connection : null);
        }

        protected virtual DatabaseReader MakeReader(List<DataTable> tables, int affected, DatabaseConnection closes)
        {
            return new DatabaseReader(tables, affected, closes);
        }
    }
}
