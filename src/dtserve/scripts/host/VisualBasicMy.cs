// Microsoft.VisualBasic: what the compiler of Visual Basic puts into every assembly ("My"), and marks it with.
using System;
using System.ComponentModel;
using System.Globalization;
using System.Security.Principal;
using System.Threading;

namespace Microsoft.VisualBasic
{
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class HideModuleNameAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class MyGroupCollectionAttribute : Attribute
    {
        public MyGroupCollectionAttribute(string typeToCollect, string createInstanceMethodName, string disposeInstanceMethodName, string defaultInstanceAlias)
        {
            MyGroupName = typeToCollect;
            CreateMethod = createInstanceMethodName;
            DisposeMethod = disposeInstanceMethodName;
            DefaultInstanceAlias = defaultInstanceAlias;
        }

        public string MyGroupName { get; private set; }
        public string CreateMethod { get; private set; }
        public string DisposeMethod { get; private set; }
        public string DefaultInstanceAlias { get; private set; }
    }
}

namespace Microsoft.VisualBasic.ApplicationServices
{
    /// <summary>The base of My.Application.</summary>
    public class ApplicationBase
    {
        public CultureInfo Culture { get { return Thread.CurrentThread.CurrentCulture; } }
        public CultureInfo UICulture { get { return Thread.CurrentThread.CurrentUICulture; } }
        public void ChangeCulture(string cultureName) { Thread.CurrentThread.CurrentCulture = new CultureInfo(cultureName); }
        public void ChangeUICulture(string cultureName) { Thread.CurrentThread.CurrentUICulture = new CultureInfo(cultureName); }
        public string GetEnvironmentVariable(string name)
        {
            var found = Environment.GetEnvironmentVariable(name);
            if (found == null) throw new ArgumentException("Environment variable is not found: " + name);
            return found;
        }
    }

    /// <summary>My.User.</summary>
    public class User
    {
        public string Name { get { return Environment.UserDomainName + "\\" + Environment.UserName; } }
        public bool IsAuthenticated { get { return true; } }
        public IPrincipal CurrentPrincipal { get { return Thread.CurrentPrincipal; } set { Thread.CurrentPrincipal = value; } }
    }
}

namespace Microsoft.VisualBasic.Devices
{
    /// <summary>My.Computer.Clock.</summary>
    public class Clock
    {
        public DateTime LocalTime { get { return DateTime.Now; } }
        public DateTime GmtTime { get { return DateTime.UtcNow; } }
        public int TickCount { get { return Environment.TickCount; } }
    }

    /// <summary>My.Computer of a server.</summary>
    public class ServerComputer
    {
        public string Name { get { return Environment.MachineName; } }
        public Clock Clock { get { return new Clock(); } }
        public MyServices.FileSystemProxy FileSystem { get { return new MyServices.FileSystemProxy(); } }
    }

    /// <summary>My.Computer.</summary>
    public class Computer : ServerComputer { }
}

namespace Microsoft.VisualBasic.MyServices.Internal
{
    /// <summary>A value per context of execution.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public class ContextValue<T>
    {
        private readonly ThreadLocal<T> value = new ThreadLocal<T>();

        public T Value { get { return value.Value; } set { this.value.Value = value; } }
    }
}

namespace Microsoft.VisualBasic.CompilerServices
{
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class StandardModuleAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class DesignerGeneratedAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Parameter)]
    public sealed class OptionCompareAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class OptionTextAttribute : Attribute { }

    /// <summary>State of a Static local variable.</summary>
    public sealed class StaticLocalInitFlag
    {
        public short State;
    }

    [Serializable]
    public sealed class IncompleteInitialization : Exception { }

    /// <summary>Who owns the windows of a script.</summary>
    public interface IVbHost
    {
        System.Windows.Forms.IWin32Window GetParentWindow();
        string GetWindowTitle();
    }

    public sealed class HostServices
    {
        public static IVbHost VBHost { get; set; }
    }

    /// <summary>The error that Err tells about, per thread.</summary>
    public sealed class ProjectData
    {
        [ThreadStatic] private static ErrObject error;

        internal static ErrObject Error { get { return error ?? (error = new ErrObject()); } }

        public static void SetProjectError(Exception ex) { Error.Capture(ex, 0); }
        public static void SetProjectError(Exception ex, int lErl) { Error.Capture(ex, lErl); }
        public static void ClearProjectError() { Error.Clear(); }

        public static Exception CreateProjectError(int hr)
        {
            var made = new Exception("Error " + hr + " of Visual Basic.");
            Error.Capture(made, 0);
            Error.Number = hr;
            return made;
        }

        public static void EndApp() { Thread.CurrentThread.Abort(); }
    }

    /// <summary>Loops over numbers that are known only while running.</summary>
    public sealed class ObjectFlowControl
    {
        public static void CheckForSyncLockOnValueType(object obj)
        {
            if (obj != null && obj.GetType().IsValueType) throw new ArgumentException("SyncLock needs a reference type.");
        }

        public sealed class ForLoopControl
        {
            private object limit, step;
            private bool down;

            public static bool ForLoopInitObj(object Counter, object Start, object Limit, object StepValue, ref object LoopForResult, ref object CounterResult)
            {
                var made = new ForLoopControl { limit = Limit, step = StepValue };
                made.down = Convert.ToDouble(StepValue) < 0;
                LoopForResult = made;
                CounterResult = Start;
                return made.Goes(Start);
            }

            public static bool ForNextCheckObj(object Counter, object LoopObj, ref object CounterResult)
            {
                var loop = (ForLoopControl)LoopObj;
                CounterResult = Operators.AddObject(Counter, loop.step);
                return loop.Goes(CounterResult);
            }

            public static bool ForNextCheckR4(float count, float limit, float StepValue) { return StepValue > 0 ? count <= limit : count >= limit; }
            public static bool ForNextCheckR8(double count, double limit, double StepValue) { return StepValue > 0 ? count <= limit : count >= limit; }
            public static bool ForNextCheckDec(decimal count, decimal limit, decimal StepValue) { return StepValue >= 0 ? count <= limit : count >= limit; }

            private bool Goes(object counter)
            {
                var order = Operators.Compare(counter, limit, false);
                return down ? order >= 0 : order <= 0;
            }
        }
    }
}
