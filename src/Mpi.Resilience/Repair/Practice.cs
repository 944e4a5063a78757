using System;
using System.Diagnostics.CodeAnalysis;
using System.Threading;
using HpcVirt.Checkpoint;
using HpcVirt.Mpi.Resilience.Agreement;
using HpcVirt.Mpi.Resilience.Crossing;
using HpcVirt.Mpi.Resilience.Quiesce;
using MPI;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>
/// A process saves and restores a small state of its own, alone and nowhere. What the runtime does here for the first time (it compiles, loads and
/// looks up) it does not do for the first time when all ranks wait for it: half of the time of a repair would be that.
/// </summary>
internal static class Practice
{
    private const int Numbers = 1024;

    private static int s_begun;

    /// <summary>Once, beside a rank's thread that works.</summary>
    public static void RunBeside(ResilientOptions options)
    {
        if (Interlocked.Exchange(ref s_begun, 1) == 0) Aside.Begin("practice", () => Try(() => SaveAndRestore(options, new Alone())));
    }

    /// <summary>By the thread of a process that waits, with what ranks have between them.</summary>
    public static void Run(ResilientOptions options)
    {
        if (Interlocked.Exchange(ref s_begun, 1) == 0) Try(() => OpenLinksAlone(options));
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever it is: a process must not end because it could not practise.")]
    private static void Try(Action practise)
    {
        try
        {
            practise();
        }
        catch (Exception)
        {
            // Then the first time is when it is needed, and all hear of what is wrong.
        }
    }

    internal static void OpenLinksAlone(ResilientOptions options)
    {
        using var links = new BoundedCollectives(Communicator.self, options.AgreementDeadline, options.Time);
        using var end = new EndBarrier(Communicator.self);
        using var agreement = new AgreementDriver(links, options.Time);
        using var quiesce = new QuiesceDriver(Communicator.self, new QuiesceOptions(options.QuiesceDeadline, options.CaptureLimitBytes, options.AgreementDeadline), options.Time);
        links.WhileWaiting = quiesce.TurnAside;
        SaveAndRestore(options, links);
        _ = links.Maximum(0);
        end.Await(quiesce.Look);
    }

    internal static void SaveAndRestore(ResilientOptions options, ICheckpointGroup group)
    {
        double[] numbers = new double[Numbers];
        double[] part = new double[Numbers];
        long count = 0;
        var regions = new ProtectedRegions();
        regions.AddMemory("numbers", null, () => numbers.AsMemory());
        regions.AddMemory("part", new Decomposition([Numbers, 1], [0, 0], [Numbers, 1], [0, 0]), () => part.AsMemory());
        regions.AddObject("count", () => count, restored => count = restored);
        CheckpointRegion[] all = [.. regions.All, new CrossingRequests().Region];

        // Twice: the second start is the one that finds something.
        var place = new PracticeDirectory();
        var plain = new CheckpointOptions { Program = options.Program };
        CheckpointStore.Open(place, group, plain, IdSource.NewGuid, options.Time).Save(1, all);
        CheckpointStore store = CheckpointStore.Open(place, group, plain, IdSource.NewGuid, options.Time);
        store.Restore(all);
        store.EndInGoodOrder();
    }
}
