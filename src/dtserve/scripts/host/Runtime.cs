// Microsoft.SqlServer.Dts.Runtime: results, exceptions and the interfaces that scripts name.
using System;

namespace Microsoft.SqlServer.Dts.Runtime
{
    public enum DTSExecResult { Success = 0, Failure = 1, Completion = 2, Canceled = 3 }

    public enum DTSExecStatus { Completed = 1, Executing = 2, Suspended = 3, Abend = 4 }

    public enum DTSObjectTypes { Package = 1, Task = 2, Sequence = 4, ForLoop = 8, ForEachLoop = 16 }

    /// <summary>An error of the runtime.</summary>
    [Serializable]
    public class DtsException : Exception
    {
        private readonly int code;

        public DtsException(string message, int code) : base(message)
        {
            this.code = code;
            HResult = code;
        }

        public int ErrorCode { get { return code; } }
    }

    /// <summary>An error while a package runs.</summary>
    [Serializable]
    public class DtsRuntimeException : DtsException
    {
        public DtsRuntimeException(string message, int code) : base(message, code) { }
    }

    /// <summary>The events a task can raise.</summary>
    public interface IDTSComponentEvents
    {
        void FireBreakpointHit(BreakpointTarget breakpointTarget);
        void FireCustomEvent(string eventName, string eventText, ref object[] arguments, string subComponent, ref bool fireAgain);
        bool FireError(int errorCode, string subComponent, string description, string helpFile, int helpContext);
        void FireInformation(int informationCode, string subComponent, string description, string helpFile, int helpContext, ref bool fireAgain);
        void FireProgress(string progressDescription, int percentComplete, int progressCountLow, int progressCountHigh, string subComponent, ref bool fireAgain);
        bool FireQueryCancel();
        void FireWarning(int warningCode, string subComponent, string description, string helpFile, int helpContext);
    }

    /// <summary>A break point; there is no debugger, so that it does nothing.</summary>
    public sealed class BreakpointTarget { }

    /// <summary>The task's own log entries.</summary>
    public interface IDTSLogging
    {
        bool Enabled { get; }
        void Log(string eventName, string computerName, string operatorName, string sourceName, string sourceID, string executionID, string messageText, DateTime startTime, DateTime endTime, int dataCode, ref byte[] dataBytes);
    }
}

namespace Microsoft.SqlServer.Dts.Tasks.ExecuteSQLTask
{
    public enum SqlStatementSourceType { DirectInput = 1, FileConnection = 2, Variable = 3 }
}

namespace System.AddIn
{
    /// <summary>What the scripts of SQL Server 2008 are marked with.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AddInAttribute : Attribute
    {
        private readonly string name;

        public AddInAttribute(string name) { this.name = name; }

        public string Name { get { return name; } }
        public string Description { get; set; }
        public string Publisher { get; set; }
        public string Version { get; set; }
    }
}

namespace Microsoft.Vsa
{
    /// <summary>What the scripts of SQL Server 2005 are marked with.</summary>
    [AttributeUsage(AttributeTargets.Assembly)]
    public sealed class VsaModule : Attribute
    {
        public VsaModule(bool isVsaModule) { IsVsaModule = isVsaModule; }

        public bool IsVsaModule { get; set; }
    }

    /// <summary>Where the scripts of SQL Server 2005 get their global objects.</summary>
    public interface IVsaSite
    {
        object GetEventSourceInstance(string itemName, string eventSourceName);
        object GetGlobalInstance(string name);
        void Notify(string notify, object info);
    }
}
