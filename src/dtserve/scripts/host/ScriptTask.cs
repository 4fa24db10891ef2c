// Microsoft.SqlServer.Dts.Tasks.ScriptTask: the object "Dts" and what a script derives from.
using System;
using Dtserve.Scripts;
using Microsoft.SqlServer.Dts.Runtime;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    /// <summary>Marks the class in which a script begins.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class SSISScriptTaskEntryPointAttribute : Attribute { }

    /// <summary>The base of a script since SQL Server 2008.</summary>
    public abstract class VSTARTScriptObjectModelBase : IDisposable
    {
        internal ScriptObjectModel Model;

        protected VSTARTScriptObjectModelBase() { Model = ScriptObjectModel.Starting; }

        public ScriptObjectModel Dts { get { return Model; } }

        protected virtual void Dispose(bool disposing) { }
        public void Dispose() { Dispose(true); }
    }

    /// <summary>The object "Dts".</summary>
    public sealed class ScriptObjectModel
    {
        private readonly Session session;
        private readonly Variables variables;
        private readonly Runtime.Connections connections;
        private readonly EventsObjectWrapper events;
        private readonly VariableDispenser dispenser;

        /// <summary>For the script that is being constructed in this thread.</summary>
        [ThreadStatic] internal static ScriptObjectModel Starting;

        internal ScriptObjectModel(Session session, Variables variables)
        {
            this.session = session;
            this.variables = variables;
            connections = new Runtime.Connections(session);
            events = new EventsObjectWrapper(session);
            dispenser = new VariableDispenser(session);
            TaskResult = (int)DTSExecResult.Success;
        }

        public Variables Variables { get { return variables; } }
        public Runtime.Connections Connections { get { return connections; } }
        public EventsObjectWrapper Events { get { return events; } }
        public EventsObjectWrapper ComponentEvents { get { return events; } }
        public VariableDispenser VariableDispenser { get { return dispenser; } }
        public IDTSLogging Logger { get { return new TaskLog(this); } }
        public object Transaction { get { return null; } }
        public object ExecutionValue { get; set; }
        public int TaskResult { get; set; }

        public void Log(string messageText, int dataCode, byte[] dataBytes)
        {
            session.Tell("log", "text", messageText, "code", dataCode, "data",
                         dataBytes == null ? null : Convert.ToBase64String(dataBytes));
        }

        private sealed class TaskLog : IDTSLogging
        {
            private readonly ScriptObjectModel model;

            public TaskLog(ScriptObjectModel model) { this.model = model; }

            public bool Enabled { get { return true; } }

            public void Log(string eventName, string computerName, string operatorName, string sourceName, string sourceID, string executionID, string messageText, DateTime startTime, DateTime endTime, int dataCode, ref byte[] dataBytes)
            {
                model.Log(messageText, dataCode, dataBytes);
            }
        }
    }

    /// <summary>Raises the events of the task.</summary>
    public sealed class EventsObjectWrapper : IDTSComponentEvents
    {
        private readonly Session session;

        internal EventsObjectWrapper(Session session) { this.session = session; }

        private bool Fire(string kind, int code, string subComponent, string description)
        {
            return (bool)session.Call("event", "kind", kind, "code", code, "subcomponent", subComponent ?? "", "text",
                                      description ?? "")["value"];
        }

        public bool FireError(int errorCode, string subComponent, string description, string helpFile, int helpContext)
        {
            return Fire("OnError", errorCode, subComponent, description);
        }

        public void FireWarning(int warningCode, string subComponent, string description, string helpFile, int helpContext)
        {
            Fire("OnWarning", warningCode, subComponent, description);
        }

        public void FireInformation(int informationCode, string subComponent, string description, string helpFile, int helpContext, ref bool fireAgain)
        {
            Fire("OnInformation", informationCode, subComponent, description);
        }

        public void FireProgress(string progressDescription, int percentComplete, int progressCountLow, int progressCountHigh, string subComponent, ref bool fireAgain)
        {
            Fire("OnProgress", percentComplete, subComponent, progressDescription);
        }

        public void FireCustomEvent(string eventName, string eventText, ref object[] arguments, string subComponent, ref bool fireAgain)
        {
            session.Call("event", "kind", "custom", "code", 0, "subcomponent", subComponent ?? "", "text",
                         eventText ?? "", "name", eventName ?? "");
        }

        public bool FireQueryCancel() { return (bool)session.Call("query_cancel")["value"]; }

        public void FireBreakpointHit(BreakpointTarget breakpointTarget) { }
    }
}
