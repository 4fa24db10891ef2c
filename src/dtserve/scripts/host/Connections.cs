// Microsoft.SqlServer.Dts.Runtime: the connection managers of the package.
using System;
using System.Collections;
using System.Collections.Generic;
using Dtserve.Scripts;

namespace Microsoft.SqlServer.Dts.Runtime
{
    /// <summary>A connection manager; what is set here holds for the rest of the run.</summary>
    public sealed class ConnectionManager
    {
        private readonly Session session;
        private readonly Dictionary<string, object> facts;

        internal ConnectionManager(Session session, Dictionary<string, object> facts)
        {
            this.session = session;
            this.facts = facts;
        }

        internal string Reference { get { return (string)facts["reference"]; } }

        public string Name
        {
            get { return (string)facts["name"]; }
            set
            {
                Set("Name", value);
                facts["name"] = value;
            }
        }

        public string ID { get { return (string)facts["id"]; } }
        public string CreationName { get { return (string)facts["creation_name"]; } }
        public string Description { get { return (string)facts["description"]; } }
        public string HostType { get { return CreationName; } }
        public string Qualifier { get { return Get("Qualifier"); } set { Set("Qualifier", value); } }
        public bool HasExpressions { get { return (bool)facts["expressions"]; } }
        public bool DelayValidation { get { return (bool)facts["delay_validation"]; } }
        public bool OfflineMode { get { return false; } }
        public bool SupportsDTCTransactions { get { return (bool)facts["database"]; } }
        public object InnerObject { get { return this; } }

        public string ConnectionString
        {
            get { return Get("ConnectionString"); }
            set { Set("ConnectionString", value); }
        }

        public DtsProperties Properties
        {
            get
            {
                var names = (List<object>)session.Call("connection.properties", "reference", Reference)["value"];
                return new DtsProperties(this, names);
            }
        }

        internal string Get(string property)
        {
            return (string)session.Call("connection.get", "reference", Reference, "property", property)["value"];
        }

        internal void Set(string property, object value)
        {
            session.Call("connection.set", "reference", Reference, "property", property, "value", Values.Encode(value));
        }

        public object AcquireConnection(object txn)
        {
            var answer = session.Call("connection.acquire", "reference", Reference);
            object database;
            if (!answer.TryGetValue("database", out database)) return answer["value"];
            var made = DatabaseConnection.Make((string)answer["provider"]);
            made.Adopt(session, (long)database, Get("ConnectionString"));
            return made;
        }

        public void ReleaseConnection(object connection)
        {
            var database = connection as DatabaseConnection;
            if (database != null) database.Close();
        }

        public void Dispose() { }
    }

    /// <summary>All connection managers of the package, by name, id or position.</summary>
    public sealed class Connections : IEnumerable
    {
        private readonly Session session;

        internal Connections(Session session) { this.session = session; }

        private List<object> All() { return (List<object>)session.Call("connections")["value"]; }

        public int Count { get { return All().Count; } }

        public ConnectionManager this[object index]
        {
            get
            {
                if (index is int)
                    return new ConnectionManager(session, (Dictionary<string, object>)All()[(int)index]);
                return new ConnectionManager(session, session.Call("connection", "reference", (string)index));
            }
        }

        public bool Contains(object index)
        {
            if (index is int) return (int)index >= 0 && (int)index < Count;
            foreach (Dictionary<string, object> each in All())
                if (string.Equals((string)each["name"], (string)index, StringComparison.OrdinalIgnoreCase)
                    || string.Equals((string)each["id"], (string)index, StringComparison.OrdinalIgnoreCase)) return true;
            return false;
        }

        public ConnectionManager Add(string creationName)
        {
            throw new DtsRuntimeException("A running package takes no new connection manager (\"" + creationName + "\").",
                                          unchecked((int)0xC0D51A0C));
        }

        public IEnumerator GetEnumerator()
        {
            foreach (Dictionary<string, object> each in All()) yield return new ConnectionManager(session, each);
        }
    }

    /// <summary>The properties of a connection manager.</summary>
    public sealed class DtsProperties : IEnumerable
    {
        private readonly ConnectionManager owner;
        private readonly List<object> names;

        internal DtsProperties(ConnectionManager owner, List<object> names)
        {
            this.owner = owner;
            this.names = names;
        }

        public int Count { get { return names.Count; } }

        public DtsProperty this[object index]
        {
            get { return new DtsProperty(owner, index is int ? (string)names[(int)index] : (string)index); }
        }

        public bool Contains(object index)
        {
            foreach (string name in names)
                if (string.Equals(name, index as string, StringComparison.OrdinalIgnoreCase)) return true;
            return false;
        }

        public IEnumerator GetEnumerator()
        {
            foreach (string name in names) yield return new DtsProperty(owner, name);
        }
    }

    /// <summary>One property of a connection manager.</summary>
    public sealed class DtsProperty
    {
        private readonly ConnectionManager owner;
        private readonly string name;

        internal DtsProperty(ConnectionManager owner, string name)
        {
            this.owner = owner;
            this.name = name;
        }

        public string Name { get { return name; } }
        public bool Get { get { return true; } }
        public bool Set { get { return true; } }
        public object GetValue(object o) { return owner.Get(name); }
        public void SetValue(object o, object value) { owner.Set(name, value); }
    }
}
