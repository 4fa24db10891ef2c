// Microsoft.VisualBasic.CompilerServices: members that are found by name while running (Option Strict Off).
using System;
using System.Collections.Generic;
using System.Reflection;

namespace Microsoft.VisualBasic.CompilerServices
{
    public sealed class NewLateBinding
    {
        private const BindingFlags Any = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static
            | BindingFlags.IgnoreCase | BindingFlags.FlattenHierarchy | BindingFlags.OptionalParamBinding;

        public static object LateGet(object Instance, Type Type, string MemberName, object[] Arguments, string[] ArgumentNames, Type[] TypeArguments, bool[] CopyBack)
        {
            return Invoke(Instance, Type, MemberName, Arguments, CopyBack);
        }

        public static object LateCall(object Instance, Type Type, string MemberName, object[] Arguments, string[] ArgumentNames, Type[] TypeArguments, bool[] CopyBack, bool IgnoreReturn)
        {
            return Invoke(Instance, Type, MemberName, Arguments, CopyBack);
        }

        public static object LateIndexGet(object Instance, object[] Arguments, string[] ArgumentNames)
        {
            var array = Need(Instance, "Item") as Array;
            if (array != null) return array.GetValue(Array.ConvertAll(Arguments, each => Conversions.ToInteger(each)));
            return Invoke(Instance, null, DefaultName(Instance), Arguments, null);
        }

        public static void LateIndexSet(object Instance, object[] Arguments, string[] ArgumentNames)
        {
            var array = Need(Instance, "Item") as Array;
            if (array == null)
            {
                LateSet(Instance, null, DefaultName(Instance), Arguments, ArgumentNames, null);
                return;
            }
            var last = Arguments.Length - 1;
            var place = new List<object>(Arguments).GetRange(0, last);
            array.SetValue(Conversions.ChangeType(Arguments[last], array.GetType().GetElementType()), place.ConvertAll(each => Conversions.ToInteger(each)).ToArray());
        }

        public static void LateIndexSetComplex(object Instance, object[] Arguments, string[] ArgumentNames, bool OptimisticSet, bool RValueBase)
        {
            LateIndexSet(Instance, Arguments, ArgumentNames);
        }

        public static void LateSetComplex(object Instance, Type Type, string MemberName, object[] Arguments, string[] ArgumentNames, Type[] TypeArguments, bool OptimisticSet, bool RValueBase)
        {
            LateSet(Instance, Type, MemberName, Arguments, ArgumentNames, TypeArguments);
        }

        public static void LateSet(object Instance, Type Type, string MemberName, object[] Arguments, string[] ArgumentNames, Type[] TypeArguments)
        {
            var type = Type ?? Need(Instance, MemberName).GetType();
            foreach (var field in type.GetMember(MemberName, MemberTypes.Field, Any))
            {
                ((FieldInfo)field).SetValue(Instance, Conversions.ChangeType(Arguments[0], ((FieldInfo)field).FieldType));
                return;
            }
            foreach (PropertyInfo property in type.GetMember(MemberName, MemberTypes.Property, Any))
            {
                var setter = property.GetSetMethod();
                if (setter == null || setter.GetParameters().Length != Arguments.Length) continue;
                Run(setter, Instance, Arguments, null);
                return;
            }
            throw new MissingMemberException("Public member '" + MemberName + "' on type '" + type.Name + "' not found.");
        }

        private static object Need(object instance, string member)
        {
            if (instance == null) throw new NullReferenceException("Object variable or With block variable not set (" + member + ").");
            return instance;
        }

        private static string DefaultName(object instance)
        {
            foreach (DefaultMemberAttribute each in instance.GetType().GetCustomAttributes(typeof(DefaultMemberAttribute), true)) return each.MemberName;
            return "Item";
        }

        private static object Invoke(object instance, Type given, string name, object[] arguments, bool[] copyBack)
        {
            var type = given ?? Need(instance, name).GetType();
            var count = arguments.Length;
            foreach (FieldInfo field in type.GetMember(name, MemberTypes.Field, Any))
                return count == 0 ? field.GetValue(instance) : LateIndexGet(field.GetValue(instance), arguments, null);
            MethodInfo best = null;
            var score = int.MaxValue;
            foreach (var each in Candidates(type, name))
            {
                var found = Score(each, arguments);
                if (found >= score) continue;
                best = each;
                score = found;
            }
            if (best != null) return Run(best, instance, arguments, copyBack);
            foreach (PropertyInfo property in type.GetMember(name, MemberTypes.Property, Any))
                if (property.GetIndexParameters().Length == 0 && count > 0)
                    return LateIndexGet(property.GetValue(instance, null), arguments, null);
            throw new MissingMemberException("Public member '" + name + "' on type '" + type.Name + "' not found.");
        }

        private static IEnumerable<MethodInfo> Candidates(Type type, string name)
        {
            foreach (var member in type.GetMember(name, MemberTypes.Method | MemberTypes.Property, Any))
            {
                var method = member as MethodInfo ?? ((PropertyInfo)member).GetGetMethod();
                if (method != null && !method.IsGenericMethodDefinition) yield return method;
            }
        }

        /// <summary>How far the arguments are from the parameters; MaxValue where they do not fit.</summary>
        private static int Score(MethodInfo method, object[] arguments)
        {
            var parameters = method.GetParameters();
            if (arguments.Length > parameters.Length) return int.MaxValue;
            var score = parameters.Length - arguments.Length;
            for (var at = 0; at < parameters.Length; at++)
            {
                if (at >= arguments.Length)
                {
                    if (!parameters[at].IsOptional) return int.MaxValue;
                    continue;
                }
                var type = parameters[at].ParameterType.IsByRef ? parameters[at].ParameterType.GetElementType() : parameters[at].ParameterType;
                var value = arguments[at];
                if (value == null ? !type.IsValueType : type == value.GetType()) continue;
                if (value != null && type.IsInstanceOfType(value)) score += type == typeof(object) ? 20 : 5;
                else if (value == null || value is IConvertible && (type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(DateTime))) score += 100;
                else return int.MaxValue;
            }
            return score;
        }

        private static object Run(MethodInfo method, object instance, object[] arguments, bool[] copyBack)
        {
            var parameters = method.GetParameters();
            var given = new object[parameters.Length];
            for (var at = 0; at < given.Length; at++)
            {
                var type = parameters[at].ParameterType;
                given[at] = at < arguments.Length ? Conversions.ChangeType(arguments[at], type.IsByRef ? type.GetElementType() : type) : parameters[at].DefaultValue;
            }
            object result;
            try
            {
                result = method.Invoke(instance, given);
            }
            catch (TargetInvocationException error)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error.InnerException).Throw();
                throw;
            }
            for (var at = 0; at < arguments.Length; at++)
                if (copyBack != null && at < copyBack.Length && copyBack[at]) arguments[at] = given[at];
            return result;
        }
    }
}
