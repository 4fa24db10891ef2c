// Stands in for System.IO.File and Directory while a script runs: the same members, with paths of Windows mapped.
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Dtserve.Scripts;
using Real = System.IO.File;
using RealFolder = System.IO.Directory;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    public static class File
    {
        private static string At(string path) { return Paths.Local(path); }
        public static void AppendAllLines(string path, IEnumerable<string> contents) { Real.AppendAllLines(At(path), contents); }
        public static void AppendAllLines(string path, IEnumerable<string> contents, Encoding encoding) { Real.AppendAllLines(At(path), contents, encoding); }
        public static void AppendAllText(string path, string contents) { Real.AppendAllText(At(path), contents); }
        public static void AppendAllText(string path, string contents, Encoding encoding) { Real.AppendAllText(At(path), contents, encoding); }
        public static StreamWriter AppendText(string path) { return new StreamWriter(path, true); }
        public static void Copy(string sourceFileName, string destFileName) { Real.Copy(At(sourceFileName), At(destFileName)); }
        public static void Copy(string sourceFileName, string destFileName, bool overwrite) { Real.Copy(At(sourceFileName), At(destFileName), overwrite); }
        public static FileStream Create(string path) { return new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None); }
        public static FileStream Create(string path, int bufferSize) { return new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, bufferSize); }
        public static StreamWriter CreateText(string path) { return new StreamWriter(path, false); }
        public static void Delete(string path) { Real.Delete(At(path)); }
        public static bool Exists(string path) { return Real.Exists(At(path)); }
        public static FileAttributes GetAttributes(string path) { return Real.GetAttributes(At(path)); }
        public static DateTime GetCreationTime(string path) { return Real.GetCreationTime(At(path)); }
        public static DateTime GetCreationTimeUtc(string path) { return Real.GetCreationTimeUtc(At(path)); }
        public static DateTime GetLastAccessTime(string path) { return Real.GetLastAccessTime(At(path)); }
        public static DateTime GetLastAccessTimeUtc(string path) { return Real.GetLastAccessTimeUtc(At(path)); }
        public static DateTime GetLastWriteTime(string path) { return Real.GetLastWriteTime(At(path)); }
        public static DateTime GetLastWriteTimeUtc(string path) { return Real.GetLastWriteTimeUtc(At(path)); }
        public static void Move(string sourceFileName, string destFileName) { Real.Move(At(sourceFileName), At(destFileName)); }
        public static FileStream Open(string path, FileMode mode) { return new FileStream(path, mode, mode == FileMode.Append ? FileAccess.Write : FileAccess.ReadWrite, FileShare.None); }
        public static FileStream Open(string path, FileMode mode, FileAccess access) { return new FileStream(path, mode, access, FileShare.None); }
        public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share) { return new FileStream(path, mode, access, share); }
        public static FileStream OpenRead(string path) { return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read); }
        public static StreamReader OpenText(string path) { return new StreamReader(path); }
        public static FileStream OpenWrite(string path) { return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None); }
        public static byte[] ReadAllBytes(string path) { return Real.ReadAllBytes(At(path)); }
        public static string[] ReadAllLines(string path) { return Real.ReadAllLines(At(path)); }
        public static string[] ReadAllLines(string path, Encoding encoding) { return Real.ReadAllLines(At(path), encoding); }
        public static string ReadAllText(string path) { return Real.ReadAllText(At(path)); }
        public static string ReadAllText(string path, Encoding encoding) { return Real.ReadAllText(At(path), encoding); }
        public static IEnumerable<string> ReadLines(string path) { return Real.ReadLines(At(path)); }
        public static IEnumerable<string> ReadLines(string path, Encoding encoding) { return Real.ReadLines(At(path), encoding); }
        public static void Replace(string sourceFileName, string destinationFileName, string destinationBackupFileName) { Real.Replace(At(sourceFileName), At(destinationFileName), At(destinationBackupFileName)); }
        public static void SetAttributes(string path, FileAttributes fileAttributes) { Real.SetAttributes(At(path), fileAttributes); }
        public static void SetCreationTime(string path, DateTime creationTime) { Real.SetCreationTime(At(path), creationTime); }
        public static void SetLastAccessTime(string path, DateTime lastAccessTime) { Real.SetLastAccessTime(At(path), lastAccessTime); }
        public static void SetLastWriteTime(string path, DateTime lastWriteTime) { Real.SetLastWriteTime(At(path), lastWriteTime); }
        public static void SetLastWriteTimeUtc(string path, DateTime lastWriteTimeUtc) { Real.SetLastWriteTimeUtc(At(path), lastWriteTimeUtc); }
        public static void WriteAllBytes(string path, byte[] bytes) { Real.WriteAllBytes(At(path), bytes); }
        public static void WriteAllLines(string path, string[] contents) { Real.WriteAllLines(At(path), contents); }
        public static void WriteAllLines(string path, string[] contents, Encoding encoding) { Real.WriteAllLines(At(path), contents, encoding); }
        public static void WriteAllLines(string path, IEnumerable<string> contents) { Real.WriteAllLines(At(path), contents); }
        public static void WriteAllLines(string path, IEnumerable<string> contents, Encoding encoding) { Real.WriteAllLines(At(path), contents, encoding); }
        public static void WriteAllText(string path, string contents) { Real.WriteAllText(At(path), contents); }
        public static void WriteAllText(string path, string contents, Encoding encoding) { Real.WriteAllText(At(path), contents, encoding); }
    }

    public static class Directory
    {
        private static string At(string path) { return Paths.Local(path); }

        private static string[] List(string path, Func<string, string[]> list)
        {
            var local = At(path);
            return Paths.Below(path, local, list(local));
        }

        public static DirectoryInfo CreateDirectory(string path)
        {
            RealFolder.CreateDirectory(At(path));
            return new DirectoryInfo(path);
        }

        public static void Delete(string path) { RealFolder.Delete(At(path)); }
        public static void Delete(string path, bool recursive) { RealFolder.Delete(At(path), recursive); }
        public static bool Exists(string path) { return RealFolder.Exists(At(path)); }
        public static IEnumerable<string> EnumerateDirectories(string path) { return GetDirectories(path); }
        public static IEnumerable<string> EnumerateDirectories(string path, string searchPattern) { return GetDirectories(path, searchPattern); }
        public static IEnumerable<string> EnumerateDirectories(string path, string searchPattern, SearchOption searchOption) { return GetDirectories(path, searchPattern, searchOption); }
        public static IEnumerable<string> EnumerateFiles(string path) { return GetFiles(path); }
        public static IEnumerable<string> EnumerateFiles(string path, string searchPattern) { return GetFiles(path, searchPattern); }
        public static IEnumerable<string> EnumerateFiles(string path, string searchPattern, SearchOption searchOption) { return GetFiles(path, searchPattern, searchOption); }
        public static IEnumerable<string> EnumerateFileSystemEntries(string path) { return GetFileSystemEntries(path); }
        public static DateTime GetCreationTime(string path) { return RealFolder.GetCreationTime(At(path)); }
        public static DateTime GetLastAccessTime(string path) { return RealFolder.GetLastAccessTime(At(path)); }
        public static DateTime GetLastWriteTime(string path) { return RealFolder.GetLastWriteTime(At(path)); }
        public static string GetCurrentDirectory() { return RealFolder.GetCurrentDirectory(); }
        public static void SetCurrentDirectory(string path) { RealFolder.SetCurrentDirectory(At(path)); }
        public static string[] GetDirectories(string path) { return List(path, RealFolder.GetDirectories); }
        public static string[] GetDirectories(string path, string searchPattern) { return List(path, each => RealFolder.GetDirectories(each, All(searchPattern))); }
        public static string[] GetDirectories(string path, string searchPattern, SearchOption searchOption) { return List(path, each => RealFolder.GetDirectories(each, All(searchPattern), searchOption)); }
        public static string[] GetFiles(string path) { return Sorted(List(path, RealFolder.GetFiles)); }
        public static string[] GetFiles(string path, string searchPattern) { return GetFiles(path, searchPattern, SearchOption.TopDirectoryOnly); }
        public static string[] GetFiles(string path, string searchPattern, SearchOption searchOption) { return Sorted(List(path, each => Matching(each, searchPattern, searchOption))); }
        public static string[] GetFileSystemEntries(string path) { return Sorted(List(path, RealFolder.GetFileSystemEntries)); }
        public static string[] GetFileSystemEntries(string path, string searchPattern) { return Sorted(List(path, each => RealFolder.GetFileSystemEntries(each, All(searchPattern)))); }
        public static DirectoryInfo GetParent(string path)
        {
            var parent = Path.GetDirectoryName(Path.GetFullPath(path));
            return parent == null ? null : new DirectoryInfo(parent);
        }

        public static string GetDirectoryRoot(string path) { return Path.GetPathRoot(Path.GetFullPath(path)); }
        public static string[] GetLogicalDrives() { return RealFolder.GetLogicalDrives(); }
        public static void Move(string sourceDirName, string destDirName) { RealFolder.Move(At(sourceDirName), At(destDirName)); }
        public static void SetLastWriteTime(string path, DateTime lastWriteTime) { RealFolder.SetLastWriteTime(At(path), lastWriteTime); }

        /// <summary>On Windows *.* is everything.</summary>
        private static string All(string pattern) { return pattern == "*.*" ? "*" : pattern; }

        /// <summary>Windows matches patterns without regard to case.</summary>
        private static string[] Matching(string folder, string pattern, SearchOption option)
        {
            var name = "^" + System.Text.RegularExpressions.Regex.Escape(All(pattern)).Replace("\\*", ".*").Replace("\\?", ".") + "$";
            var matcher = new System.Text.RegularExpressions.Regex(name, System.Text.RegularExpressions.RegexOptions.IgnoreCase);
            return Array.FindAll(RealFolder.GetFiles(folder, "*", option), each => matcher.IsMatch(System.IO.Path.GetFileName(each)));
        }

        /// <summary>As NTFS lists them: by name.</summary>
        private static string[] Sorted(string[] found)
        {
            Array.Sort(found, StringComparer.OrdinalIgnoreCase);
            return found;
        }
    }
}
