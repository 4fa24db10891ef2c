// Microsoft.VisualBasic.FileSystem: Dir, Kill, FileOpen, PrintLine …, and My.Computer.FileSystem.
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.IO;
using System.Text;
using Dtserve.Scripts;
using Microsoft.VisualBasic.CompilerServices;

namespace Microsoft.VisualBasic
{
    public enum OpenMode { Input = 1, Output = 2, Random = 4, Append = 8, Binary = 32 }

    public enum OpenAccess { Default = -1, Read = 1, Write = 2, ReadWrite = 3 }

    public enum OpenShare { Default = -1, LockReadWrite = 0, LockWrite = 1, LockRead = 2, Shared = 3 }

    [Flags]
    public enum FileAttribute { Normal = 0, ReadOnly = 1, Hidden = 2, System = 4, Volume = 8, Directory = 16, Archive = 32 }

    [StandardModule]
    public sealed class FileSystem
    {
        private sealed class OpenFile
        {
            public FileStream Stream;
            public StreamReader Reader;
            public StreamWriter Writer;
            public string Name;
        }

        private static readonly Dictionary<int, OpenFile> open = new Dictionary<int, OpenFile>();
        [ThreadStatic] private static Queue<string> listed;

        private static OpenFile File(int number)
        {
            lock (open)
            {
                OpenFile found;
                if (open.TryGetValue(number, out found)) return found;
            }
            throw new IOException("Bad file name or number.");
        }

        public static int FreeFile()
        {
            lock (open)
                for (var number = 1; ; number++)
                    if (!open.ContainsKey(number)) return number;
        }

        public static void FileOpen(int FileNumber, string FileName, OpenMode Mode, OpenAccess Access = OpenAccess.Default, OpenShare Share = OpenShare.Default, int RecordLength = -1)
        {
            if (Mode == OpenMode.Random || Mode == OpenMode.Binary)
                throw new NotSupportedException("Files of mode " + Mode + " are not read by dtserve.");
            lock (open)
            {
                if (open.ContainsKey(FileNumber)) throw new IOException("File is already open.");
                var sharing = Share == OpenShare.LockReadWrite ? FileShare.None : Share == OpenShare.LockWrite ? FileShare.Read
                    : Share == OpenShare.LockRead ? FileShare.Write : FileShare.ReadWrite;
                var how = Mode == OpenMode.Input ? System.IO.FileMode.Open : Mode == OpenMode.Append ? System.IO.FileMode.Append : System.IO.FileMode.Create;
                var stream = new FileStream(Paths.Local(FileName), how, Mode == OpenMode.Input ? FileAccess.Read : FileAccess.Write, sharing);
                var made = new OpenFile { Stream = stream, Name = FileName };
                if (Mode == OpenMode.Input) made.Reader = new StreamReader(stream, Encoding.Default);
                else made.Writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n" };
                open[FileNumber] = made;
            }
        }

        public static void FileClose(params int[] FileNumbers)
        {
            lock (open)
            {
                var numbers = FileNumbers.Length > 0 ? FileNumbers : new List<int>(open.Keys).ToArray();
                foreach (var number in numbers)
                {
                    OpenFile found;
                    if (!open.TryGetValue(number, out found)) continue;
                    if (found.Writer != null) found.Writer.Dispose();
                    found.Stream.Dispose();
                    open.Remove(number);
                }
            }
        }

        public static void Reset() { FileClose(); }
        public static bool EOF(int FileNumber) { return File(FileNumber).Reader.EndOfStream; }
        public static long LOF(int FileNumber) { return File(FileNumber).Stream.Length; }
        public static string LineInput(int FileNumber)
        {
            var line = File(FileNumber).Reader.ReadLine();
            if (line == null) throw new EndOfStreamException("Unable to read beyond the end of the stream.");
            return line;
        }

        public static void Print(int FileNumber, params object[] Output) { File(FileNumber).Writer.Write(Joined(Output)); }
        public static void PrintLine(int FileNumber, params object[] Output) { File(FileNumber).Writer.WriteLine(Joined(Output)); }

        private static string Joined(object[] output)
        {
            return string.Join("\t", Array.ConvertAll(output, each => each is DBNull ? "Null" : Conversions.ToString(each)));
        }

        public static void WriteLine(int FileNumber, params object[] Output)
        {
            File(FileNumber).Writer.WriteLine(string.Join(",", Array.ConvertAll(Output, Written)));
        }

        private static string Written(object value)
        {
            if (value is string) return "\"" + ((string)value).Replace("\"", "\"\"") + "\"";
            if (value is bool) return (bool)value ? "#TRUE#" : "#FALSE#";
            if (value == null || value is DBNull) return "#NULL#";
            if (value is DateTime) return "#" + ((DateTime)value).ToString("yyyy\\-MM\\-dd HH\\:mm\\:ss") + "#";
            return Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture);
        }

        public static string Dir(string PathName, FileAttribute Attributes = FileAttribute.Normal)
        {
            listed = new Queue<string>();
            if (string.IsNullOrEmpty(PathName)) return "";
            var local = Paths.Local(PathName);
            var folder = Path.GetDirectoryName(local);
            var pattern = Path.GetFileName(local);
            if (string.IsNullOrEmpty(folder)) folder = ".";
            if (pattern == "" || pattern == "*.*") pattern = "*";
            if (!Directory.Exists(folder)) return "";
            var files = Directory.GetFiles(folder, pattern);
            Array.Sort(files, StringComparer.OrdinalIgnoreCase);
            foreach (var each in files) listed.Enqueue(Path.GetFileName(each));
            if ((Attributes & FileAttribute.Directory) != 0)
                foreach (var each in Directory.GetDirectories(folder, pattern)) listed.Enqueue(Path.GetFileName(each));
            return Dir();
        }

        public static string Dir()
        {
            if (listed == null) throw new ArgumentException("'Dir' function must first be called with a 'PathName' argument.");
            return listed.Count == 0 ? "" : listed.Dequeue();
        }

        public static void Kill(string PathName)
        {
            var local = Paths.Local(PathName);
            var folder = Path.GetDirectoryName(local);
            var found = Directory.GetFiles(string.IsNullOrEmpty(folder) ? "." : folder, Path.GetFileName(local));
            if (found.Length == 0) throw new FileNotFoundException("No files found matching '" + PathName + "'.");
            foreach (var each in found) System.IO.File.Delete(each);
        }

        public static void FileCopy(string Source, string Destination) { System.IO.File.Copy(Paths.Local(Source), Paths.Local(Destination), true); }
        public static void MkDir(string Path) { Directory.CreateDirectory(Paths.Local(Path)); }
        public static void RmDir(string Path) { Directory.Delete(Paths.Local(Path)); }
        public static void ChDir(string Path) { Directory.SetCurrentDirectory(Paths.Local(Path)); }
        public static string CurDir() { return Directory.GetCurrentDirectory(); }
        public static long FileLen(string PathName) { return new FileInfo(Paths.Local(PathName)).Length; }
        public static FileAttribute GetAttr(string PathName) { return (FileAttribute)(int)(System.IO.File.GetAttributes(Paths.Local(PathName)) & (FileAttributes)63); }
        public static void SetAttr(string PathName, FileAttribute Attributes) { System.IO.File.SetAttributes(Paths.Local(PathName), (FileAttributes)(int)Attributes); }

        public static DateTime FileDateTime(string PathName)
        {
            var local = Paths.Local(PathName);
            if (!System.IO.File.Exists(local)) throw new FileNotFoundException("File '" + PathName + "' not found.");
            return System.IO.File.GetLastWriteTime(local);
        }

        public static void Rename(string OldPath, string NewPath)
        {
            string old = Paths.Local(OldPath), made = Paths.Local(NewPath);
            if (Directory.Exists(old)) Directory.Move(old, made);
            else System.IO.File.Move(old, made);
        }
    }
}

namespace Microsoft.VisualBasic.MyServices
{
    /// <summary>My.Computer.FileSystem.</summary>
    public class FileSystemProxy
    {
        public string CurrentDirectory { get { return Directory.GetCurrentDirectory(); } set { Directory.SetCurrentDirectory(At(value)); } }
        private static string At(string path) { return Paths.Local(path); }
        public bool FileExists(string file) { return File.Exists(At(file)); }
        public bool DirectoryExists(string directory) { return Directory.Exists(At(directory)); }
        public void CopyFile(string sourceFileName, string destinationFileName) { CopyFile(sourceFileName, destinationFileName, false); }

        public void CopyFile(string sourceFileName, string destinationFileName, bool overwrite)
        {
            Parent(destinationFileName);
            File.Copy(At(sourceFileName), At(destinationFileName), overwrite);
        }

        public void MoveFile(string sourceFileName, string destinationFileName) { MoveFile(sourceFileName, destinationFileName, false); }

        public void MoveFile(string sourceFileName, string destinationFileName, bool overwrite)
        {
            Parent(destinationFileName);
            if (overwrite && File.Exists(At(destinationFileName))) File.Delete(At(destinationFileName));
            File.Move(At(sourceFileName), At(destinationFileName));
        }

        private static void Parent(string file)
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(At(file)));
            if (folder != null) Directory.CreateDirectory(folder);
        }

        public void DeleteFile(string file)
        {
            if (!File.Exists(At(file))) throw new FileNotFoundException("Could not find file '" + file + "'.");
            File.Delete(At(file));
        }

        public void RenameFile(string file, string newName) { File.Move(At(file), Path.Combine(Path.GetDirectoryName(Path.GetFullPath(At(file))), newName)); }
        public void CreateDirectory(string directory) { Directory.CreateDirectory(At(directory)); }
        public FileInfo GetFileInfo(string file) { return new FileInfo(At(file)); }
        public DirectoryInfo GetDirectoryInfo(string directory) { return new DirectoryInfo(At(directory)); }
        public string GetName(string path) { return Path.GetFileName(At(path)); }
        public string GetParentPath(string path) { return Path.GetDirectoryName(path); }
        public string CombinePath(string baseDirectory, string relativePath) { return Path.GetFullPath(Path.Combine(baseDirectory, relativePath)); }
        public string ReadAllText(string file) { return File.ReadAllText(At(file)); }
        public string ReadAllText(string file, Encoding encoding) { return File.ReadAllText(At(file), encoding); }
        public byte[] ReadAllBytes(string file) { return File.ReadAllBytes(At(file)); }
        public void WriteAllText(string file, string text, bool append) { WriteAllText(file, text, append, new UTF8Encoding(true)); }

        public void WriteAllText(string file, string text, bool append, Encoding encoding)
        {
            if (append) File.AppendAllText(At(file), text, encoding);
            else File.WriteAllText(At(file), text, encoding);
        }

        public ReadOnlyCollection<string> GetFiles(string directory) { return new ReadOnlyCollection<string>(Paths.Below(directory, At(directory), Directory.GetFiles(At(directory)))); }
        public ReadOnlyCollection<string> GetDirectories(string directory) { return new ReadOnlyCollection<string>(Paths.Below(directory, At(directory), Directory.GetDirectories(At(directory)))); }
        public StreamReader OpenTextFileReader(string file) { return new StreamReader(At(file)); }
        public StreamWriter OpenTextFileWriter(string file, bool append) { return new StreamWriter(At(file), append); }
    }
}
