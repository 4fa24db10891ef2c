// Paths of Windows on this machine: the path map of the run, longest prefix first; else the drive letter is dropped.
using System;
using System.Collections.Generic;
using System.IO;

namespace Dtserve.Scripts
{
    /// <summary>Where paths that scripts name are; the same rules as everywhere in dtserve.</summary>
    internal static class Paths
    {
        private static readonly Dictionary<string, string> map = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        private static volatile string folder = "";
        private static readonly bool windows = Path.DirectorySeparatorChar == '\\';

        public static void Learn(Dictionary<string, object> facts)
        {
            folder = (string)facts["folder"];
            lock (map)
                foreach (List<object> pair in (List<object>)facts["map"])
                    map[((string)pair[0]).Replace('\\', '/').TrimEnd('/')] = (string)pair[1];
        }

        /// <summary>Whether a path is written as Windows does: a drive, a share or a backslash.</summary>
        public static bool IsWindows(string path)
        {
            return path != null && !windows && (path.IndexOf('\\') >= 0 || HasDrive(path));
        }

        public static bool HasDrive(string path)
        {
            return path.Length > 1 && path[1] == ':' && (path[0] | 32) >= 'a' && (path[0] | 32) <= 'z';
        }

        /// <summary>The place of a path here; what is not written as Windows does, and not mapped, stays.</summary>
        public static string Local(string path)
        {
            if (string.IsNullOrEmpty(path)) return path;
            var slashed = path.Replace('\\', '/');
            if (slashed.StartsWith("//?/UNC/", StringComparison.OrdinalIgnoreCase)) slashed = "//" + slashed.Substring(8);
            else if (slashed.StartsWith("//?/", StringComparison.Ordinal)) slashed = slashed.Substring(4);
            var mapped = Mapped(slashed);
            if (mapped != null) return Existing(mapped);
            if (!IsWindows(path)) return path;
            if (HasDrive(slashed)) slashed = slashed.Substring(2);
            if (!slashed.StartsWith("/", StringComparison.Ordinal) && !File.Exists(slashed) && !Directory.Exists(slashed))
                slashed = Path.Combine(folder, slashed);
            return Existing(slashed);
        }

        private static string Mapped(string slashed)
        {
            string best = null;
            lock (map)
                foreach (var prefix in map.Keys)
                {
                    var fits = slashed.Length == prefix.Length || slashed.Length > prefix.Length && slashed[prefix.Length] == '/';
                    if (fits && slashed.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && (best == null || prefix.Length > best.Length))
                        best = prefix;
                }
            if (best == null) return null;
            var rest = slashed.Substring(best.Length).TrimStart('/');
            return rest.Length == 0 ? map[best] : Path.Combine(map[best], rest);
        }

        /// <summary>Each part as the file system spells it, where only the case differs.</summary>
        private static string Existing(string path)
        {
            if (File.Exists(path) || Directory.Exists(path)) return path;
            var here = path.StartsWith("/", StringComparison.Ordinal) ? "/" : ".";
            foreach (var part in path.Split(new[] { '/' }, StringSplitOptions.RemoveEmptyEntries))
                here = Step(here, part);
            return here.StartsWith("./", StringComparison.Ordinal) ? here.Substring(2) : here;
        }

        private static string Step(string here, string part)
        {
            var plain = Path.Combine(here, part);
            if (part == ".." || File.Exists(plain) || Directory.Exists(plain) || !Directory.Exists(here)) return plain;
            try
            {
                var names = Directory.GetFileSystemEntries(here);
                Array.Sort(names, StringComparer.Ordinal);
                foreach (var each in names)
                    if (string.Equals(Path.GetFileName(each), part, StringComparison.OrdinalIgnoreCase)) return each;
            }
            catch (SystemException)
            {
                return plain;
            }
            return plain;
        }

        /// <summary>What was found in a folder, written below the folder as the script named it.</summary>
        public static string[] Below(string asked, string local, string[] found)
        {
            if (asked == local || !IsWindows(asked)) return found;
            var root = local.TrimEnd('/');
            return Array.ConvertAll(found, each => asked.TrimEnd('\\', '/') + each.Substring(root.Length).Replace('/', '\\'));
        }
    }
}
