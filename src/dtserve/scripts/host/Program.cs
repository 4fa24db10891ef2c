// The host of scripts: reads requests from the run of a package line by line, runs each script in a thread of its own.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text;
using System.Threading;

namespace Dtserve.Scripts
{
    internal static class Program
    {
        private static readonly List<string> folders = new List<string>();
        private static readonly Dictionary<long, Thread> threads = new Dictionary<long, Thread>();
        private static Channel channel;

        /// <summary>Assemblies whose types stand in this one.</summary>
        private static readonly HashSet<string> here = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "Microsoft.SqlServer.ManagedDTS", "Microsoft.SqlServer.ScriptTask", "Microsoft.SqlServer.SQLTask",
            "Microsoft.VisualBasic", "Microsoft.Vsa", "System.AddIn", "System.Windows.Forms",
        };

        private static int Main(string[] arguments)
        {
            AppDomain.CurrentDomain.AssemblyResolve += Resolve;
            WriteLinesOfWindows();
            var input = new Descriptor(int.Parse(arguments[0]), true);
            channel = new Channel(new Descriptor(int.Parse(arguments[1]), false));
            Console.SetOut(new Printed());
            Console.SetError(new Printed());
            var reader = new StreamReader(input, new UTF8Encoding(false));
            for (var line = reader.ReadLine(); line != null; line = reader.ReadLine()) Take(Json.Read(line));
            return 0;
        }

        /// <summary>Scripts were written for lines that end with CR LF, which Mono takes from the system.</summary>
        private static void WriteLinesOfWindows()
        {
            var field = typeof(Environment).GetField("nl", BindingFlags.NonPublic | BindingFlags.Static);
            if (field != null) field.SetValue(null, "\r\n");
        }

        private static void Take(Dictionary<string, object> message)
        {
            switch ((string)message["op"])
            {
                case "answer":
                    channel.Answer((long)message["call"], message);
                    break;
                case "release":
                    Values.Release((long)message["id"]);
                    break;
                case "abort":
                    Abort((long)message["run"]);
                    break;
                default:
                    var thread = new Thread(() => Work(message), 16 * 1024 * 1024) { IsBackground = true };
                    lock (threads) threads[(long)message["run"]] = thread;
                    thread.Start();
                    break;
            }
        }

        private static void Abort(long run)
        {
            lock (threads)
            {
                Thread found;
                if (threads.TryGetValue(run, out found)) found.Abort();
            }
        }

        private static void Work(Dictionary<string, object> message)
        {
            var run = (long)message["run"];
            lock (folders)
                foreach (string folder in (List<object>)message["folders"])
                    if (!folders.Contains(folder)) folders.Add(folder);
            var session = new Session(channel, run);
            var found = (string)message["op"] == "check" ? Checker.Check((string)message["assembly"]) : Runner.Run(session, message);
            lock (threads) threads.Remove(run);
            found["run"] = run;
            found["op"] = "done";
            channel.Send(found);
        }

        private static Assembly Resolve(object sender, ResolveEventArgs arguments)
        {
            var name = new AssemblyName(arguments.Name).Name;
            if (here.Contains(name)) return typeof(Program).Assembly;
            string[] known;
            lock (folders) known = folders.ToArray();
            foreach (var folder in known)
            {
                var file = Path.Combine(folder, name + ".dll");
                if (File.Exists(file)) return Assembly.LoadFrom(file);
            }
            return null;
        }

        /// <summary>What scripts print, line by line.</summary>
        private sealed class Printed : TextWriter
        {
            [ThreadStatic] private static StringBuilder line;

            public override Encoding Encoding { get { return Encoding.UTF8; } }

            public override void Write(char value)
            {
                if (line == null) line = new StringBuilder();
                if (value == '\n') Tell();
                else line.Append(value);
            }

            /// <summary>What stands in a line that was not ended.</summary>
            public override void Flush()
            {
                if (line != null && line.Length > 0) Tell();
            }

            private static void Tell()
            {
                var session = Session.Current;
                if (session != null) session.Tell("print", "text", line.ToString().TrimEnd('\r'));
                line.Clear();
            }
        }
    }
}
