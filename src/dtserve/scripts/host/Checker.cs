// What an assembly needs that is not here: its references are resolved one by one, without running anything.
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;

namespace Dtserve.Scripts
{
    /// <summary>Checks an assembly of a package.</summary>
    internal static class Checker
    {
        public static Dictionary<string, object> Check(string path)
        {
            var missing = new List<object>();
            var members = new List<object>();
            try
            {
                var assembly = Assembly.Load(File.ReadAllBytes(path));
                foreach (var name in assembly.GetReferencedAssemblies())
                    if (!Loads(name)) missing.Add(name.Name);
                if (missing.Count == 0)
                    foreach (var module in assembly.GetModules()) Tables(module, members);
            }
            catch (SystemException error)
            {
                members.Add(error.Message);
            }
            return Session.Facts("missing", missing, "members", members);
        }

        private static bool Loads(AssemblyName name)
        {
            try
            {
                return Assembly.Load(name) != null;
            }
            catch (IOException)
            {
                return false;
            }
            catch (BadImageFormatException)
            {
                return false;
            }
        }

        /// <summary>Type references (table 1) and member references (table 10) by token, to the end of each.</summary>
        private static void Tables(Module module, List<object> members)
        {
            for (var token = 0x01000001; ; token++)
                if (!Resolves(() => module.ResolveType(token, null, null), members)) break;
            for (var token = 0x0A000001; ; token++)
                if (!Resolves(() => module.ResolveMember(token, null, null), members)) break;
        }

        private static bool Resolves(Action resolve, List<object> members)
        {
            try
            {
                resolve();
            }
            catch (ArgumentOutOfRangeException)
            {
                return false;
            }
            catch (ArgumentException)
            {
                return true; // a member of a generic type, known when that type is
            }
            catch (Exception error)
            {
                if (!members.Contains(error.Message)) members.Add(error.Message);
            }
            return true;
        }
    }
}
