using System;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using HpcVirt.Checkpoint;
using MPI;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// Compiles beforehand what a process that waits will run in a hurry: half of the time of a repair would be the runtime's compiling, and everybody
/// would wait for it.
/// </summary>
internal static class WarmUp
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static int s_isUnderWay;

    /// <summary>Compiles everything once, beside a rank's thread that works: for what that will do when all wait for it.</summary>
    public static void CompileBeside()
    {
        if (Interlocked.Exchange(ref s_isUnderWay, 1) != 0) return;
        new Thread(static () => Compile(static () => true)) { IsBackground = true, Name = "hpcvirt warm-up" }.Start();
    }

    /// <summary>Compiles the methods of the library and of the program, until all are or somebody has something better to do.</summary>
    /// <param name="isWanted">Whether to go on; asked before every method.</param>
    public static void Compile(Func<bool> isWanted)
    {
        Assembly?[] assemblies = [typeof(WarmUp).Assembly, typeof(CheckpointStore).Assembly, typeof(Communicator).Assembly, Assembly.GetEntryAssembly()];
        foreach (Type type in assemblies.OfType<Assembly>().Distinct().SelectMany(static assembly => assembly.GetTypes()).Where(static type => !type.ContainsGenericParameters))
        {
            foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            {
                if (!isWanted()) return;
                if (!method.IsAbstract && !method.ContainsGenericParameters && (method.Attributes & MethodAttributes.PinvokeImpl) == 0) Compile(method);
            }
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is: a process that waits must not end because something was not compiled in time.")]
    private static void Compile(MethodBase method)
    {
        try
        {
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
        }
        catch (Exception)
        {
            // What cannot be compiled alone (for another platform, or with a package that is absent) is left to the moment it is called.
        }
    }
}
