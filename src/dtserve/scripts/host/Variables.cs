// Microsoft.SqlServer.Dts.Runtime: variables and parameters as scripts see them.
using System;
using System.Collections;
using System.Collections.Generic;
using Dtserve.Scripts;

namespace Microsoft.SqlServer.Dts.Runtime
{
    /// <summary>A variable or parameter that is locked; its value is read on first use and written at once.</summary>
    public sealed class Variable
    {
        private readonly Dictionary<string, object> facts;
        private readonly Variables owner;
        private object value;
        private bool known;

        internal Variable(Variables owner, Dictionary<string, object> facts)
        {
            this.owner = owner;
            this.facts = facts;
        }

        private string Fact(string name) { return (string)facts[name]; }
        private bool Is(string name) { return (bool)facts[name]; }

        public string Name { get { return Fact("name"); } }
        public string Namespace { get { return Fact("namespace"); } }
        public string QualifiedName { get { return Namespace + "::" + Name; } }
        public string ID { get { return Fact("id"); } }
        public string Description { get { return Fact("description"); } }
        public string Expression { get { return Fact("expression"); } }
        public string CreationName { get { return ""; } }
        public bool EvaluateAsExpression { get { return Is("evaluate"); } }
        public bool RaiseChangedEvent { get { return Is("raises"); } }
        public bool ReadOnly { get { return Is("read_only"); } }
        public bool Sensitive { get { return Is("sensitive"); } }
        public bool SystemVariable { get { return Namespace == "System"; } }
        public bool IncludeInDebugDump { get { return false; } }
        public TypeCode DataType { get { return (TypeCode)(int)(long)facts["type_code"]; } }

        public object Value
        {
            get
            {
                owner.CheckLocked();
                if (Sensitive)
                    throw new DtsRuntimeException(
                        "Accessing value of the parameter variable for the sensitive parameter \"" + Name
                        + "\" is not allowed. Verify that the variable is used properly and that it protects the sensitive"
                        + " information.", unchecked((int)0xC0D51A0A));
                return Read();
            }
            set
            {
                owner.CheckLocked();
                owner.Session.Call("variable.set", "lock", owner.Number, "name", QualifiedName, "value",
                                   Values.Encode(value));
                this.value = value;
                known = !(value is float);
            }
        }

        public object GetSensitiveValue()
        {
            owner.CheckLocked();
            return Read();
        }

        private object Read()
        {
            if (known) return value;
            var answer = owner.Session.Call("variable.get", "lock", owner.Number, "name", QualifiedName);
            value = Values.Decode(answer["value"]);
            known = !(bool)answer["volatile"];
            return value;
        }
    }

    /// <summary>The variables of one lock: those of the task's lists, or what a script locked itself.</summary>
    public sealed class Variables : IEnumerable
    {
        internal readonly Session Session;
        internal readonly long Number;
        private readonly List<Variable> items = new List<Variable>();
        private bool locked = true;

        internal Variables(Session session, long number, List<object> facts)
        {
            Session = session;
            Number = number;
            foreach (Dictionary<string, object> each in facts) items.Add(new Variable(this, each));
        }

        public int Count { get { return items.Count; } }
        public bool Locked { get { return locked; } }

        public Variable this[object index]
        {
            get
            {
                CheckLocked();
                var found = Find(index);
                if (found != null) return found;
                throw new DtsRuntimeException(
                    "The element cannot be found in a collection. This error happens when you try to retrieve an element"
                    + " from a collection on a container during execution of the package and the element is not there."
                    + " (\"" + index + "\")", unchecked((int)0xC0010009));
            }
        }

        public bool Contains(object index) { return Find(index) != null; }

        private Variable Find(object index)
        {
            if (index is int) return (int)index >= 0 && (int)index < items.Count ? items[(int)index] : null;
            var name = index as string;
            foreach (var each in items)
                if (each.QualifiedName == name) return each;
            foreach (var each in items)
                if (each.Name == name || each.ID == name) return each;
            return null;
        }

        internal void CheckLocked()
        {
            if (!locked)
                throw new DtsRuntimeException("The variables of this collection have been unlocked.",
                                              unchecked((int)0xC0D51A0B));
        }

        public void Unlock()
        {
            if (!locked) return;
            locked = false;
            Session.Call("variables.unlock", "lock", Number);
        }

        public IEnumerator GetEnumerator() { return items.GetEnumerator(); }
    }

    /// <summary>Locks variables that are not in the task's lists.</summary>
    public sealed class VariableDispenser
    {
        private readonly Session session;
        private readonly List<object> reads = new List<object>(), writes = new List<object>();

        internal VariableDispenser(Session session) { this.session = session; }

        public void LockForRead(string variable) { reads.Add(variable); }
        public void LockForWrite(string variable) { writes.Add(variable); }

        public void Reset()
        {
            reads.Clear();
            writes.Clear();
        }

        public void GetVariables(ref Variables lockedVariables)
        {
            var facts = session.Call("variables.lock", "reads", reads.ToArray(), "writes", writes.ToArray());
            lockedVariables = new Variables(session, (long)facts["lock"], (List<object>)facts["variables"]);
            Reset();
        }

        public void LockOneForRead(string variable, ref Variables lockedVariables)
        {
            Reset();
            LockForRead(variable);
            GetVariables(ref lockedVariables);
        }

        public void LockOneForWrite(string variable, ref Variables lockedVariables)
        {
            Reset();
            LockForWrite(variable);
            GetVariables(ref lockedVariables);
        }

        public bool Contains(string variable) { return (bool)session.Call("variable.exists", "name", variable)["value"]; }

        public string GetQualifiedName(string variable)
        {
            return (string)session.Call("variable.exists", "name", variable)["name"];
        }
    }
}
