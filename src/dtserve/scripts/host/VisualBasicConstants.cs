// Microsoft.VisualBasic: constants and the Collection, counted from 1.
using System;
using System.Collections;
using System.Collections.Generic;
using Microsoft.VisualBasic.CompilerServices;

namespace Microsoft.VisualBasic
{
    [StandardModule]
    public sealed class Constants
    {
        public const string vbCrLf = "\r\n", vbNewLine = "\r\n", vbCr = "\r", vbLf = "\n", vbTab = "\t", vbBack = "\b",
            vbFormFeed = "\f", vbVerticalTab = "\v", vbNullChar = "\0", vbNullString = null;
        public const MsgBoxStyle vbOKOnly = MsgBoxStyle.OkOnly, vbOKCancel = MsgBoxStyle.OkCancel,
            vbYesNo = MsgBoxStyle.YesNo, vbYesNoCancel = MsgBoxStyle.YesNoCancel, vbCritical = MsgBoxStyle.Critical,
            vbQuestion = MsgBoxStyle.Question, vbExclamation = MsgBoxStyle.Exclamation, vbInformation = MsgBoxStyle.Information;
        public const MsgBoxResult vbOK = MsgBoxResult.Ok, vbCancel = MsgBoxResult.Cancel, vbYes = MsgBoxResult.Yes, vbNo = MsgBoxResult.No;
        public const CompareMethod vbBinaryCompare = CompareMethod.Binary, vbTextCompare = CompareMethod.Text;
        public const VbStrConv vbUpperCase = VbStrConv.Uppercase, vbLowerCase = VbStrConv.Lowercase, vbProperCase = VbStrConv.ProperCase;
        public const FirstDayOfWeek vbSunday = FirstDayOfWeek.Sunday, vbMonday = FirstDayOfWeek.Monday, vbUseSystemDayOfWeek = FirstDayOfWeek.System;
        public const FileAttribute vbNormal = FileAttribute.Normal, vbReadOnly = FileAttribute.ReadOnly, vbHidden = FileAttribute.Hidden,
            vbDirectory = FileAttribute.Directory, vbArchive = FileAttribute.Archive;
        public const DateFormat vbGeneralDate = DateFormat.GeneralDate, vbLongDate = DateFormat.LongDate, vbShortDate = DateFormat.ShortDate,
            vbLongTime = DateFormat.LongTime, vbShortTime = DateFormat.ShortTime;
        public const int vbObjectError = unchecked((int)0x80040000);
    }

    public sealed class ControlChars
    {
        public const char Back = '\b', Cr = '\r', FormFeed = '\f', Lf = '\n', NullChar = '\0', Quote = '"', Tab = '\t', VerticalTab = '\v';
        public const string CrLf = "\r\n", NewLine = "\r\n";
    }

    /// <summary>Items by position from 1 or by key.</summary>
    public sealed class Collection : IList
    {
        private readonly List<object> items = new List<object>();
        private readonly List<string> keys = new List<string>();

        public int Count { get { return items.Count; } }
        public object this[int Index] { get { return items[At(Index)]; } }
        public object this[string Key] { get { return items[At(Key)]; } }
        public object this[object Index] { get { return items[At(Index)]; } }

        private int At(object index)
        {
            var key = index as string;
            var at = key != null ? keys.FindIndex(each => string.Equals(each, key, StringComparison.OrdinalIgnoreCase)) : Conversions.ToInteger(index) - 1;
            if (at >= 0 && at < items.Count) return at;
            if (key != null) throw new ArgumentException("Argument 'Index' is not a valid value.");
            throw new IndexOutOfRangeException("Collection index must be in the range 1 to the size of the collection.");
        }

        public void Add(object Item, string Key = null, object Before = null, object After = null)
        {
            if (Key != null && Contains(Key)) throw new ArgumentException("Add failed. Duplicate key value supplied.");
            var at = Before != null ? At(Before) : After != null ? At(After) + 1 : items.Count;
            items.Insert(at, Item);
            keys.Insert(at, Key);
        }

        public bool Contains(string Key) { return keys.Exists(each => string.Equals(each, Key, StringComparison.OrdinalIgnoreCase)); }
        public void Remove(string Key) { RemoveAt(At(Key)); }
        public void Remove(int Index) { RemoveAt(At(Index)); }
        private void RemoveAt(int at)
        {
            items.RemoveAt(at);
            keys.RemoveAt(at);
        }

        public void Clear()
        {
            items.Clear();
            keys.Clear();
        }

        public IEnumerator GetEnumerator() { return items.GetEnumerator(); }

        object IList.this[int index] { get { return items[index]; } set { items[index] = value; } }
        bool IList.IsFixedSize { get { return false; } }
        bool IList.IsReadOnly { get { return false; } }
        bool ICollection.IsSynchronized { get { return false; } }
        object ICollection.SyncRoot { get { return items; } }
        void ICollection.CopyTo(Array array, int index) { ((ICollection)items).CopyTo(array, index); }
        bool IList.Contains(object value) { return items.Contains(value); }
        int IList.IndexOf(object value) { return items.IndexOf(value); }
        void IList.RemoveAt(int index) { RemoveAt(index); }
        void IList.Remove(object value) { RemoveAt(items.IndexOf(value)); }
        void IList.Insert(int index, object value)
        {
            items.Insert(index, value);
            keys.Insert(index, null);
        }

        int IList.Add(object value)
        {
            Add(value);
            return items.Count - 1;
        }
    }
}
