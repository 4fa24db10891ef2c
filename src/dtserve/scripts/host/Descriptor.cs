// A pipe that the run opened, by its number: Mono's own streams know only those it opened itself.
using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Dtserve.Scripts
{
    /// <summary>One end of a pipe. Processes that scripts start do not get it.</summary>
    internal sealed class Descriptor : Stream
    {
        private const int SetFlags = 2, CloseOnExec = 1, Interrupted = 4;
        private readonly int number;
        private readonly bool reads;

        public Descriptor(int number, bool reads)
        {
            this.number = number;
            this.reads = reads;
            fcntl(number, SetFlags, CloseOnExec);
        }

        [DllImport("libc", SetLastError = true)]
        private static extern IntPtr read(int descriptor, IntPtr buffer, IntPtr count);

        [DllImport("libc", SetLastError = true)]
        private static extern IntPtr write(int descriptor, IntPtr buffer, IntPtr count);

        [DllImport("libc", SetLastError = true)]
        private static extern int fcntl(int descriptor, int command, int argument);

        public override int Read(byte[] buffer, int offset, int count)
        {
            return Move(buffer, offset, count, read);
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            while (count > 0)
            {
                var done = Move(buffer, offset, count, write);
                offset += done;
                count -= done;
            }
        }

        private int Move(byte[] buffer, int offset, int count, Func<int, IntPtr, IntPtr, IntPtr> move)
        {
            var pinned = GCHandle.Alloc(buffer, GCHandleType.Pinned);
            try
            {
                while (true)
                {
                    var done = (int)move(number, pinned.AddrOfPinnedObject() + offset, (IntPtr)count);
                    if (done >= 0) return done;
                    var error = Marshal.GetLastWin32Error();
                    if (error != Interrupted) throw new IOException("The pipe to the run is broken (" + error + ").");
                }
            }
            finally
            {
                pinned.Free();
            }
        }

        public override bool CanRead { get { return reads; } }
        public override bool CanWrite { get { return !reads; } }
        public override bool CanSeek { get { return false; } }
        public override long Length { get { throw new NotSupportedException(); } }
        public override long Position { get { throw new NotSupportedException(); } set { throw new NotSupportedException(); } }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) { throw new NotSupportedException(); }
        public override void SetLength(long value) { throw new NotSupportedException(); }
    }
}
