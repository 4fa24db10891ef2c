// What one execution of a Script Task asks of the run of its package.
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Microsoft.SqlServer.Dts.Runtime;

namespace Dtserve.Scripts
{
    /// <summary>One execution: its number, and its calls.</summary>
    internal sealed class Session
    {
        private readonly Channel channel;
        public readonly long Run;

        /// <summary>The execution that the current thread belongs to; threads a script starts belong to the newest.</summary>
        [ThreadStatic] private static Session mine;
        private static volatile Session newest;

        public Session(Channel channel, long run)
        {
            this.channel = channel;
            Run = run;
        }

        public static Session Current { get { return mine ?? newest; } }

        public void Enter()
        {
            mine = this;
            newest = this;
        }

        public static Dictionary<string, object> Facts(params object[] pairs)
        {
            var found = new Dictionary<string, object>();
            for (var at = 0; at < pairs.Length; at += 2) found[(string)pairs[at]] = pairs[at + 1];
            return found;
        }

        /// <summary>The answer to a call; an error of the run becomes the exception that SSIS would throw.</summary>
        public Dictionary<string, object> Call(string operation, params object[] pairs)
        {
            var answer = channel.Call(Run, operation, Facts(pairs));
            object error;
            if (!answer.TryGetValue("error", out error)) return answer;
            var facts = (Dictionary<string, object>)error;
            var message = (string)facts["message"];
            var code = unchecked((int)(long)facts["code"]);
            switch ((string)facts["kind"])
            {
                case "sql": throw new DatabaseException(message, code);
                case "canceled": throw new System.Threading.ThreadInterruptedException(message);
                case "connection": throw new COMException(message, code);
                default: throw new DtsRuntimeException(message, code);
            }
        }

        public void Tell(string operation, params object[] pairs)
        {
            var message = Facts(pairs);
            message["run"] = Run;
            message["op"] = operation;
            channel.Send(message);
        }
    }

    /// <summary>What a database said.</summary>
    [Serializable]
    public class DatabaseException : System.Data.Common.DbException
    {
        public DatabaseException(string message, int code) : base(message, code) { }
    }
}
