using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Move;
using HpcVirt.Mpi.Resilience.Store;
using MPI;
using MPI.Links;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// Compiles beforehand what a process that waits, or whose rank may move, will run in a hurry and has not practised: the program, and the taking of a place.
/// More would cost the ranks of a busy machine more than it saves.
/// </summary>
internal static class WarmUp
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Type[] Files = [typeof(PhysicalDirectory), typeof(PhysicalFile)];

    private static readonly string?[] TakingAPlace =
    [
        typeof(WarmUp).Namespace, typeof(MoveTarget).Namespace, typeof(WorldRepair).Namespace, typeof(ResilientSession).Namespace, typeof(JobStore).Namespace, typeof(Communicator).Namespace,
    ];

    private static int s_isUnderWay;

    /// <summary>Once, beside the thread that works or waits: for what that will do when all wait for it.</summary>
    public static void CompileBeside()
    {
        if (Interlocked.Exchange(ref s_isUnderWay, 1) == 0) Aside.Begin("warm-up", Compile);
    }

    private static void Compile()
    {
        IEnumerable<Type> library = typeof(WarmUp).Assembly.GetTypes().Concat(typeof(WorldRepair).Assembly.GetTypes()).Where(static type => TakingAPlace.Contains(type.Namespace));
        IEnumerable<Type> program = Assembly.GetEntryAssembly()?.GetTypes() ?? [];
        foreach (Type type in program.Concat(Files).Concat(library).Where(static type => !type.ContainsGenericParameters))
        {
            foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
            {
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
