// Stands in for System.IO.Path while a script runs: paths of Windows are taken apart as Windows does.
using System;
using System.Collections.Generic;
using Dtserve.Scripts;
using Real = System.IO.Path;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    public static class Path
    {
        public static readonly char DirectorySeparatorChar = Real.DirectorySeparatorChar;
        public static readonly char AltDirectorySeparatorChar = '/';
        public static readonly char PathSeparator = Real.PathSeparator;
        public static readonly char VolumeSeparatorChar = ':';
        private static readonly char[] separators = { '\\', '/' };

        private static bool Foreign(string path) { return Paths.IsWindows(path); }

        public static string Combine(string path1, string path2) { return Combine(new[] { path1, path2 }); }
        public static string Combine(string path1, string path2, string path3) { return Combine(new[] { path1, path2, path3 }); }
        public static string Combine(string path1, string path2, string path3, string path4) { return Combine(new[] { path1, path2, path3, path4 }); }

        public static string Combine(params string[] paths)
        {
            if (!Array.Exists(paths, Foreign)) return Real.Combine(paths);
            var made = "";
            foreach (var each in paths)
            {
                if (each == null) throw new ArgumentNullException("paths");
                if (each.Length == 0) continue;
                var joined = made.Length == 0 || made.EndsWith("\\") || made.EndsWith("/") || made.EndsWith(":");
                made = IsPathRooted(each) ? each : made + (joined ? "" : Foreign(made) || !made.StartsWith("/") ? "\\" : "/") + each;
            }
            return made;
        }

        private static int NameStart(string path)
        {
            var at = path.LastIndexOfAny(separators);
            return at < 0 && Paths.HasDrive(path) ? 2 : at + 1;
        }

        public static string GetFileName(string path) { return Foreign(path) ? path.Substring(NameStart(path)) : Real.GetFileName(path); }

        public static string GetDirectoryName(string path)
        {
            if (!Foreign(path)) return Real.GetDirectoryName(path);
            var root = GetPathRoot(path);
            if (path.Length <= root.Length) return null;
            var at = Math.Max(path.LastIndexOfAny(separators), root.Length);
            while (at > root.Length && (path[at - 1] == '\\' || path[at - 1] == '/')) at--;
            return path.Substring(0, at).Replace('/', '\\');
        }

        public static string GetFileNameWithoutExtension(string path)
        {
            var name = GetFileName(path);
            if (name == null) return null;
            var dot = name.LastIndexOf('.');
            return dot < 0 ? name : name.Substring(0, dot);
        }

        public static string GetExtension(string path) { return path == null ? null : Real.GetExtension(GetFileName(path)); }
        public static bool HasExtension(string path) { return path != null && Real.HasExtension(GetFileName(path)); }

        public static string ChangeExtension(string path, string extension)
        {
            if (!Foreign(path)) return Real.ChangeExtension(path, extension);
            var start = NameStart(path);
            return path.Substring(0, start) + Real.ChangeExtension(path.Substring(start), extension);
        }

        public static string GetPathRoot(string path)
        {
            if (!Foreign(path)) return Real.GetPathRoot(path);
            if (Paths.HasDrive(path)) return path.Length > 2 && (path[2] == '\\' || path[2] == '/') ? path.Substring(0, 2) + "\\" : path.Substring(0, 2);
            if (!path.StartsWith("\\\\", StringComparison.Ordinal)) return path.StartsWith("\\", StringComparison.Ordinal) ? "\\" : "";
            var server = path.IndexOf('\\', 2);
            var share = server < 0 ? -1 : path.IndexOf('\\', server + 1);
            return share < 0 ? path : path.Substring(0, share);
        }

        public static bool IsPathRooted(string path)
        {
            return path != null && (Real.IsPathRooted(path) || path.StartsWith("\\", StringComparison.Ordinal) || Paths.HasDrive(path));
        }

        public static string GetFullPath(string path)
        {
            if (!Foreign(path)) return Real.GetFullPath(path);
            var root = GetPathRoot(path);
            if (root.Length == 0) return Real.GetFullPath(Paths.Local(path));
            var parts = new List<string>();
            foreach (var part in path.Substring(root.Length).Split(separators, StringSplitOptions.RemoveEmptyEntries))
                if (part == "..") parts.RemoveRange(Math.Max(parts.Count - 1, 0), Math.Min(parts.Count, 1));
                else if (part != ".") parts.Add(part);
            return root.TrimEnd('\\') + "\\" + string.Join("\\", parts);
        }

        public static string GetTempPath() { return Real.GetTempPath(); }
        public static string GetTempFileName() { return Real.GetTempFileName(); }
        public static string GetRandomFileName() { return Real.GetRandomFileName(); }
        public static char[] GetInvalidFileNameChars() { return "\"<>|:*?\\/\0".ToCharArray(); }
        public static char[] GetInvalidPathChars() { return "\"<>|\0".ToCharArray(); }
    }
}
