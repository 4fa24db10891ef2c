// The line to the package's run: calls go out, their answers come back, both as JSON lines.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;

namespace Dtserve.Scripts
{
    /// <summary>Sends messages and waits for the answers to calls. Used by many threads.</summary>
    internal sealed class Channel
    {
        private readonly TextWriter output;
        private readonly Dictionary<long, Waiting> waiting = new Dictionary<long, Waiting>();
        private long last;

        private sealed class Waiting
        {
            public Dictionary<string, object> Answer;
        }

        public Channel(Stream output)
        {
            this.output = new StreamWriter(output, new UTF8Encoding(false)) { NewLine = "\n", AutoFlush = false };
        }

        public void Send(Dictionary<string, object> message)
        {
            var line = Json.Write(message);
            lock (output)
            {
                output.WriteLine(line);
                output.Flush();
            }
        }

        /// <summary>Asks the run for something and waits for the answer.</summary>
        public Dictionary<string, object> Call(long run, string operation, Dictionary<string, object> facts)
        {
            var wait = new Waiting();
            long number;
            lock (waiting)
            {
                number = ++last;
                waiting[number] = wait;
            }
            var message = facts ?? new Dictionary<string, object>();
            message["run"] = run;
            message["op"] = operation;
            message["call"] = number;
            Send(message);
            lock (wait)
                while (wait.Answer == null) Monitor.Wait(wait);
            return wait.Answer;
        }

        public void Answer(long number, Dictionary<string, object> message)
        {
            Waiting wait;
            lock (waiting)
            {
                if (!waiting.TryGetValue(number, out wait)) return;
                waiting.Remove(number);
            }
            lock (wait)
            {
                wait.Answer = message;
                Monitor.PulseAll(wait);
            }
        }
    }
}
