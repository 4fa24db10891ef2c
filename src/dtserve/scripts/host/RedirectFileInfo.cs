// Stand in for System.IO.FileInfo and DirectoryInfo while a script runs: they keep the path as the script wrote it.
using System;
using System.Collections.Generic;
using System.IO;
using Dtserve.Scripts;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    public abstract class FileSystemInfo
    {
        protected string OriginalPath, FullPath;
        internal readonly System.IO.FileSystemInfo Real;

        internal FileSystemInfo(string path, System.IO.FileSystemInfo real)
        {
            OriginalPath = path;
            Real = real;
            FullPath = Path.GetFullPath(path);
        }

        public virtual string FullName { get { return FullPath; } }
        public string Extension { get { return Path.GetExtension(FullPath); } }
        public abstract string Name { get; }
        public abstract bool Exists { get; }
        public abstract void Delete();
        public void Refresh() { Real.Refresh(); }
        public FileAttributes Attributes { get { return Real.Attributes; } set { Real.Attributes = value; } }
        public DateTime CreationTime { get { return Real.CreationTime; } set { Real.CreationTime = value; } }
        public DateTime CreationTimeUtc { get { return Real.CreationTimeUtc; } set { Real.CreationTimeUtc = value; } }
        public DateTime LastAccessTime { get { return Real.LastAccessTime; } set { Real.LastAccessTime = value; } }
        public DateTime LastAccessTimeUtc { get { return Real.LastAccessTimeUtc; } set { Real.LastAccessTimeUtc = value; } }
        public DateTime LastWriteTime { get { return Real.LastWriteTime; } set { Real.LastWriteTime = value; } }
        public DateTime LastWriteTimeUtc { get { return Real.LastWriteTimeUtc; } set { Real.LastWriteTimeUtc = value; } }
        public override string ToString() { return OriginalPath; }
    }

    public sealed class FileInfo : FileSystemInfo
    {
        private readonly System.IO.FileInfo real;

        public FileInfo(string fileName) : base(fileName, new System.IO.FileInfo(Paths.Local(fileName))) { real = (System.IO.FileInfo)Real; }

        public override string Name { get { return Path.GetFileName(OriginalPath); } }
        public override bool Exists { get { return real.Exists; } }
        public long Length { get { return real.Length; } }
        public bool IsReadOnly { get { return real.IsReadOnly; } set { real.IsReadOnly = value; } }
        public string DirectoryName { get { return Path.GetDirectoryName(FullPath); } }
        public DirectoryInfo Directory { get { return new DirectoryInfo(DirectoryName); } }
        public override void Delete() { real.Delete(); }
        public FileInfo CopyTo(string destFileName) { return CopyTo(destFileName, false); }

        public FileInfo CopyTo(string destFileName, bool overwrite)
        {
            real.CopyTo(Paths.Local(destFileName), overwrite);
            return new FileInfo(destFileName);
        }

        public void MoveTo(string destFileName)
        {
            real.MoveTo(Paths.Local(destFileName));
            OriginalPath = destFileName;
            FullPath = Path.GetFullPath(destFileName);
        }

        public FileInfo Replace(string destinationFileName, string destinationBackupFileName)
        {
            File.Replace(FullPath, destinationFileName, destinationBackupFileName);
            return new FileInfo(destinationFileName);
        }

        public StreamWriter AppendText() { return File.AppendText(FullPath); }
        public FileStream Create() { return File.Create(FullPath); }
        public StreamWriter CreateText() { return File.CreateText(FullPath); }
        public FileStream Open(FileMode mode) { return File.Open(FullPath, mode); }
        public FileStream Open(FileMode mode, FileAccess access) { return File.Open(FullPath, mode, access); }
        public FileStream Open(FileMode mode, FileAccess access, FileShare share) { return File.Open(FullPath, mode, access, share); }
        public FileStream OpenRead() { return File.OpenRead(FullPath); }
        public StreamReader OpenText() { return File.OpenText(FullPath); }
        public FileStream OpenWrite() { return File.OpenWrite(FullPath); }
    }

    public sealed class DirectoryInfo : FileSystemInfo
    {
        private readonly System.IO.DirectoryInfo real;

        public DirectoryInfo(string path) : base(path, new System.IO.DirectoryInfo(Paths.Local(path))) { real = (System.IO.DirectoryInfo)Real; }

        public override string Name { get { return real.Parent == null ? FullPath : Path.GetFileName(FullPath.TrimEnd('\\', '/')); } }
        public override bool Exists { get { return real.Exists; } }
        public DirectoryInfo Parent { get { return ScriptTask.Directory.GetParent(FullPath.TrimEnd('\\', '/')); } }
        public DirectoryInfo Root { get { return new DirectoryInfo(Path.GetPathRoot(FullPath)); } }
        public void Create() { real.Create(); }
        public override void Delete() { real.Delete(); }
        public void Delete(bool recursive) { real.Delete(recursive); }
        public void MoveTo(string destDirName) { ScriptTask.Directory.Move(FullPath, destDirName); }
        public DirectoryInfo CreateSubdirectory(string path) { return ScriptTask.Directory.CreateDirectory(Path.Combine(FullPath, path)); }
        public FileInfo[] GetFiles() { return GetFiles("*"); }
        public FileInfo[] GetFiles(string searchPattern) { return GetFiles(searchPattern, SearchOption.TopDirectoryOnly); }
        public FileInfo[] GetFiles(string searchPattern, SearchOption searchOption) { return Array.ConvertAll(ScriptTask.Directory.GetFiles(FullPath, searchPattern, searchOption), each => new FileInfo(each)); }
        public DirectoryInfo[] GetDirectories() { return GetDirectories("*"); }
        public DirectoryInfo[] GetDirectories(string searchPattern) { return GetDirectories(searchPattern, SearchOption.TopDirectoryOnly); }
        public DirectoryInfo[] GetDirectories(string searchPattern, SearchOption searchOption) { return Array.ConvertAll(ScriptTask.Directory.GetDirectories(FullPath, searchPattern, searchOption), each => new DirectoryInfo(each)); }
        public IEnumerable<FileInfo> EnumerateFiles() { return GetFiles(); }
        public IEnumerable<FileInfo> EnumerateFiles(string searchPattern) { return GetFiles(searchPattern); }
        public IEnumerable<FileInfo> EnumerateFiles(string searchPattern, SearchOption searchOption) { return GetFiles(searchPattern, searchOption); }
        public IEnumerable<DirectoryInfo> EnumerateDirectories() { return GetDirectories(); }
        public IEnumerable<DirectoryInfo> EnumerateDirectories(string searchPattern) { return GetDirectories(searchPattern); }

        public FileSystemInfo[] GetFileSystemInfos()
        {
            var found = new List<FileSystemInfo>(GetDirectories());
            found.AddRange(GetFiles());
            return found.ToArray();
        }
    }
}
