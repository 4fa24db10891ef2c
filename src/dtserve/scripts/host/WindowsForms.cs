// System.Windows.Forms: message boxes become information events, nobody has to press their buttons.
using System;
using Dtserve.Scripts;

namespace System.Windows.Forms
{
    public enum DialogResult { None = 0, OK = 1, Cancel = 2, Abort = 3, Retry = 4, Ignore = 5, Yes = 6, No = 7 }

    public enum MessageBoxButtons { OK = 0, OKCancel = 1, AbortRetryIgnore = 2, YesNoCancel = 3, YesNo = 4, RetryCancel = 5 }

    public enum MessageBoxIcon
    {
        None = 0, Error = 16, Hand = 16, Stop = 16, Question = 32, Exclamation = 48, Warning = 48, Asterisk = 64,
        Information = 64
    }

    public enum MessageBoxDefaultButton { Button1 = 0, Button2 = 256, Button3 = 512 }

    [Flags]
    public enum MessageBoxOptions
    {
        DefaultDesktopOnly = 0x20000, RightAlign = 0x80000, RtlReading = 0x100000, ServiceNotification = 0x200000
    }

    public interface IWin32Window
    {
        IntPtr Handle { get; }
    }

    /// <summary>Tells the run what a box would have shown; the answer is the default button.</summary>
    public class MessageBox
    {
        private MessageBox() { }

        private static readonly DialogResult[][] buttons =
        {
            new[] { DialogResult.OK }, new[] { DialogResult.OK, DialogResult.Cancel },
            new[] { DialogResult.Abort, DialogResult.Retry, DialogResult.Ignore },
            new[] { DialogResult.Yes, DialogResult.No, DialogResult.Cancel },
            new[] { DialogResult.Yes, DialogResult.No }, new[] { DialogResult.Retry, DialogResult.Cancel },
        };

        public static DialogResult Show(string text) { return Show(text, ""); }

        public static DialogResult Show(string text, string caption) { return Show(text, caption, MessageBoxButtons.OK); }

        public static DialogResult Show(string text, string caption, MessageBoxButtons buttons)
        {
            return Show(text, caption, buttons, MessageBoxIcon.None);
        }

        public static DialogResult Show(string text, string caption, MessageBoxButtons buttons, MessageBoxIcon icon)
        {
            return Show(text, caption, buttons, icon, MessageBoxDefaultButton.Button1);
        }

        public static DialogResult Show(string text, string caption, MessageBoxButtons buttons, MessageBoxIcon icon, MessageBoxDefaultButton defaultButton)
        {
            Session.Current.Tell("message", "text", text ?? "", "caption", caption ?? "");
            var offered = MessageBox.buttons[(int)buttons];
            return offered[Math.Min((int)defaultButton / 256, offered.Length - 1)];
        }

        public static DialogResult Show(string text, string caption, MessageBoxButtons buttons, MessageBoxIcon icon, MessageBoxDefaultButton defaultButton, MessageBoxOptions options)
        {
            return Show(text, caption, buttons, icon, defaultButton);
        }

        public static DialogResult Show(IWin32Window owner, string text) { return Show(text); }

        public static DialogResult Show(IWin32Window owner, string text, string caption) { return Show(text, caption); }
    }

    /// <summary>What scripts ask of an application.</summary>
    public static class Application
    {
        public static void DoEvents() { }
    }
}
