// Stand in for System.IO.FileStream, StreamReader and StreamWriter while a script runs.
using System.IO;
using System.Text;
using Dtserve.Scripts;

namespace Microsoft.SqlServer.Dts.Tasks.ScriptTask
{
    public class FileStream : System.IO.FileStream
    {
        public FileStream(string path, FileMode mode) : base(Paths.Local(path), mode) { }
        public FileStream(string path, FileMode mode, FileAccess access) : base(Paths.Local(path), mode, access) { }
        public FileStream(string path, FileMode mode, FileAccess access, FileShare share) : base(Paths.Local(path), mode, access, share) { }
        public FileStream(string path, FileMode mode, FileAccess access, FileShare share, int bufferSize) : base(Paths.Local(path), mode, access, share, bufferSize) { }
        public FileStream(string path, FileMode mode, FileAccess access, FileShare share, int bufferSize, bool useAsync) : base(Paths.Local(path), mode, access, share, bufferSize, useAsync) { }
        public FileStream(string path, FileMode mode, FileAccess access, FileShare share, int bufferSize, FileOptions options) : base(Paths.Local(path), mode, access, share, bufferSize, options) { }
    }

    public class StreamReader : System.IO.StreamReader
    {
        public StreamReader(Stream stream) : base(stream) { }
        public StreamReader(Stream stream, bool detectEncodingFromByteOrderMarks) : base(stream, detectEncodingFromByteOrderMarks) { }
        public StreamReader(Stream stream, Encoding encoding) : base(stream, encoding) { }
        public StreamReader(Stream stream, Encoding encoding, bool detectEncodingFromByteOrderMarks) : base(stream, encoding, detectEncodingFromByteOrderMarks) { }
        public StreamReader(Stream stream, Encoding encoding, bool detectEncodingFromByteOrderMarks, int bufferSize) : base(stream, encoding, detectEncodingFromByteOrderMarks, bufferSize) { }
        public StreamReader(Stream stream, Encoding encoding, bool detectEncodingFromByteOrderMarks, int bufferSize, bool leaveOpen) : base(stream, encoding, detectEncodingFromByteOrderMarks, bufferSize, leaveOpen) { }
        public StreamReader(string path) : base(Paths.Local(path)) { }
        public StreamReader(string path, bool detectEncodingFromByteOrderMarks) : base(Paths.Local(path), detectEncodingFromByteOrderMarks) { }
        public StreamReader(string path, Encoding encoding) : base(Paths.Local(path), encoding) { }
        public StreamReader(string path, Encoding encoding, bool detectEncodingFromByteOrderMarks) : base(Paths.Local(path), encoding, detectEncodingFromByteOrderMarks) { }
        public StreamReader(string path, Encoding encoding, bool detectEncodingFromByteOrderMarks, int bufferSize) : base(Paths.Local(path), encoding, detectEncodingFromByteOrderMarks, bufferSize) { }
    }

    public class StreamWriter : System.IO.StreamWriter
    {
        public StreamWriter(Stream stream) : base(stream) { }
        public StreamWriter(Stream stream, Encoding encoding) : base(stream, encoding) { }
        public StreamWriter(Stream stream, Encoding encoding, int bufferSize) : base(stream, encoding, bufferSize) { }
        public StreamWriter(Stream stream, Encoding encoding, int bufferSize, bool leaveOpen) : base(stream, encoding, bufferSize, leaveOpen) { }
        public StreamWriter(string path) : base(Paths.Local(path)) { }
        public StreamWriter(string path, bool append) : base(Paths.Local(path), append) { }
        public StreamWriter(string path, bool append, Encoding encoding) : base(Paths.Local(path), append, encoding) { }
        public StreamWriter(string path, bool append, Encoding encoding, int bufferSize) : base(Paths.Local(path), append, encoding, bufferSize) { }
    }
}
