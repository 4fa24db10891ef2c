// Loads a script's assembly, finds where it begins and runs it.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Reflection;
using System.Threading;
using Microsoft.SqlServer.Dts.Runtime;
using Microsoft.SqlServer.Dts.Tasks.ScriptTask;
using Directory = System.IO.Directory;
using File = System.IO.File;
using Path = System.IO.Path;

namespace Dtserve.Scripts
{
    /// <summary>One execution of a script.</summary>
    internal static class Runner
    {
        /// <summary>Runs a script and tells how it ended.</summary>
        public static Dictionary<string, object> Run(Session session, Dictionary<string, object> request)
        {
            session.Enter();
            ScriptObjectModel model = null;
            var started = DateTime.UtcNow;
            try
            {
                Surround(request);
                var assembly = Assembly.Load(File.ReadAllBytes((string)request["assembly"]));
                var facts = (List<object>)request["variables"];
                model = new ScriptObjectModel(session, new Variables(session, (long)request["lock"], facts));
                Invoke(assembly, model, (string)request["class"], (string)request["method"]);
                return Session.Facts("result", model.TaskResult, "value", Values.Encode(model.ExecutionValue));
            }
            catch (Exception error)
            {
                if (error is ThreadAbortException) Thread.ResetAbort();
                return Failure(error);
            }
            finally
            {
                Console.Out.Flush();
                Stray(session, started);
            }
        }

        /// <summary>Files of the working folder whose names are paths of Windows: a class without path map made them.</summary>
        private static void Stray(Session session, DateTime started)
        {
            try
            {
                var here = Directory.GetCurrentDirectory();
                foreach (var each in Directory.GetFiles(here, "*\\*"))
                    if (File.GetLastWriteTimeUtc(each) >= started) session.Tell("stray", "file", Path.GetFileName(each), "folder", here);
            }
            catch (SystemException)
            {
                return; // a folder that cannot be read tells nothing
            }
        }

        /// <summary>The package's locale, which on Windows is most often the machine's, and its path map.</summary>
        private static void Surround(Dictionary<string, object> request)
        {
            Paths.Learn((Dictionary<string, object>)request["paths"]);
            try
            {
                var culture = CultureInfo.GetCultureInfo((int)(long)request["culture"]);
                CultureInfo.DefaultThreadCurrentCulture = culture;
                Thread.CurrentThread.CurrentCulture = culture;
            }
            catch (CultureNotFoundException)
            {
                Thread.CurrentThread.CurrentCulture = CultureInfo.InvariantCulture;
            }
        }

        private static void Invoke(Assembly assembly, ScriptObjectModel model, string className, string method)
        {
            var type = EntryPoint(assembly, className);
            GiveGlobals(assembly, model);
            ScriptObjectModel.Starting = model;
            object script;
            try
            {
                script = Activator.CreateInstance(type, true);
            }
            finally
            {
                ScriptObjectModel.Starting = null;
            }
            var based = script as VSTARTScriptObjectModelBase;
            if (based != null) based.Model = model;
            var main = type.GetMethod(method, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance
                                              | BindingFlags.Static | BindingFlags.IgnoreCase, null, Type.EmptyTypes, null);
            if (main == null) throw new MissingMethodException(type.FullName, method);
            main.Invoke(main.IsStatic ? null : script, null);
        }

        /// <summary>The class that is marked, or derives from the base of scripts, or has the name.</summary>
        private static Type EntryPoint(Assembly assembly, string className)
        {
            Type named = null, derived = null;
            foreach (var type in assembly.GetTypes())
            {
                if (type.IsDefined(typeof(SSISScriptTaskEntryPointAttribute), false)) return type;
                if (derived == null && !type.IsAbstract && typeof(VSTARTScriptObjectModelBase).IsAssignableFrom(type))
                    derived = type;
                if (string.Equals(type.Name, className, StringComparison.OrdinalIgnoreCase)) named = type;
            }
            if (named == null && derived == null) throw new TypeLoadException("There is no class \"" + className + "\".");
            return derived ?? named;
        }

        /// <summary>Scripts of SQL Server 2005 find "Dts" in a global object of their assembly.</summary>
        private static void GiveGlobals(Assembly assembly, ScriptObjectModel model)
        {
            foreach (var type in assembly.GetTypes())
            {
                if (type.Name != "_ApplicationObjects") continue;
                foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
                    if (field.FieldType == typeof(ScriptObjectModel)) field.SetValue(null, model);
            }
        }

        private static Dictionary<string, object> Failure(Exception error)
        {
            var inner = error;
            while ((inner is TargetInvocationException || inner is TypeInitializationException) && inner.InnerException != null)
                inner = inner.InnerException;
            return Session.Facts("exception", inner.GetType().FullName, "text", inner.Message, "trace", Place(inner));
        }
    
        /// <summary>The first line of the trace that is the script's own.</summary>
        private static string Place(Exception error)
        {
            foreach (var line in (error.StackTrace ?? "").Split('\n'))
            {
                var text = line.Trim();
                var own = text.Length > 0 && !text.Contains("at System.") && !text.Contains("at Microsoft.") && !text.Contains("at Dtserve.")
                    && !text.Contains("(wrapper ");
                if (own) return text;
            }
            return "";
        }
    }
}
