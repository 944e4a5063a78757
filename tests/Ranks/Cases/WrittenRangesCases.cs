using System;
using HpcVirt.Checkpoint;
using HpcVirt.Ranks.Harness;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Ranks.Cases;

/// <summary>The binding says which memory MPI has written to: past the kernel's tracking nobody else can.</summary>
public static class WrittenRangesCases
{
    private const int ElementsPerPage = 512;
    private const int Pages = 8;

    // Four pages at a time, into the middle: too long for the libraries to send it at once.
    private const int Elements = 4 * ElementsPerPage;

    public static void Received_messages_are_marked(Intracommunicator world)
    {
        (int next, int previous) = (Ring.Next(world), Ring.Previous(world));
        double[] sent = new double[Elements];
        Marks("Sendrecv", buffer => world.Sendrecv<double>(sent, next, 1, Room(buffer).Span, previous, 1));
        Marks("SendReceiveReplace", buffer => world.SendReceiveReplace(Room(buffer).Span, next, 1, previous, 1));
        Marks("Receive", buffer =>
        {
            Request send = world.ImmediateSend<double>(sent, next, 2);
            world.Receive(previous, 2, Room(buffer).Span);
            send.Wait();
        });
        Marks("ImmediateReceive", buffer =>
        {
            ReceiveRequest receive = world.ImmediateReceive(previous, 3, Room(buffer));
            Request send = world.ImmediateSend<double>(sent, next, 3);
            receive.Wait();
            send.Wait();
        });
        Marks("MatchedMessage", buffer =>
        {
            Request send = world.ImmediateSend<double>(sent, next, 4);
            world.MatchedProbe(previous, 4).Receive(Room(buffer).Span);
            send.Wait();
        });
        Marks("a message that was truncated", buffer =>
        {
            Request send = world.ImmediateSend<double>(new double[Elements + 1], next, 5);
            Expect.Throws<MessageTruncatedException>(() => world.Receive(previous, 5, Room(buffer).Span), "one element too many");
            send.Wait();
        });
    }

    public static void Every_start_of_a_persistent_receive_is_marked(Intracommunicator world)
    {
        using var buffer = new MpiBuffer<double>(Pages * ElementsPerPage);
        using PersistentRequest receive = world.PersistentReceive(Ring.Previous(world), 1, Room(buffer));
        for (int start = 0; start < 3; start++)
        {
            Marks($"start {start}", buffer, () =>
            {
                receive.Start();
                Request send = world.ImmediateSend<double>(new double[Elements], Ring.Next(world), 1);
                receive.Wait();
                send.Wait();
            });
        }
    }

    public static void Results_of_collectives_are_marked(Intracommunicator world)
    {
        int last = world.Size - 1;
        int part = Elements / world.Size;
        double[] whole = new double[part * world.Size];
        double[] mine = new double[part];
        int[] counts = new int[world.Size];
        Array.Fill(counts, part);
        bool isLast = world.Rank == last;
        ReductionOperation<double> add = Operation<double>.Add;
        Marks("Broadcast", buffer => world.Broadcast(Room(buffer).Span, last), isMarked: !isLast);
        Marks("Gather", buffer => world.Gather<double>(mine, Room(buffer).Span[..whole.Length], last), isMarked: isLast);
        Marks("Gatherv", buffer => world.Gatherv<double>(mine, isLast ? Room(buffer).Span[..whole.Length] : [], isLast ? counts : [], last), isMarked: isLast);
        Marks("Scatter", buffer => world.Scatter<double>(isLast ? new double[Elements * world.Size] : [], Room(buffer).Span, last));
        Marks("Allgather", buffer => world.Allgather<double>(mine, Room(buffer).Span[..whole.Length]));
        Marks("Allgatherv", buffer => world.Allgatherv<double>(mine, Room(buffer).Span[..whole.Length], counts));
        Marks("Alltoall", buffer => world.Alltoall<double>(whole, Room(buffer).Span[..whole.Length]));
        Marks("Alltoallv", buffer => world.Alltoallv<double>(whole, counts, Room(buffer).Span[..whole.Length], counts));
        Marks("Reduce", buffer => world.Reduce<double>(new double[Elements], Room(buffer).Span, add, last), isMarked: isLast);
        Marks("Allreduce", buffer => world.Allreduce<double>(new double[Elements], Room(buffer).Span, add));
        Marks("Allreduce in place", buffer => world.Allreduce(Room(buffer).Span, add));
        Marks("ReduceScatterBlock", buffer => world.ReduceScatterBlock<double>(new double[Elements * world.Size], Room(buffer).Span, add));
        Marks("Scan", buffer => world.Scan<double>(new double[Elements], Room(buffer).Span, add));
        Marks("ExclusiveScan", buffer => world.ExclusiveScan<double>(new double[Elements], Room(buffer).Span, add));
        Marks("ImmediateAllreduce", buffer => world.ImmediateAllreduce<double>(new double[Elements], Room(buffer), add).Wait());
        Marks("ImmediateBroadcast", buffer => world.ImmediateBroadcast(Room(buffer), last).Wait());
    }

    public static void The_target_of_a_put_is_marked_at_the_fence_and_the_room_of_a_get_too(Intracommunicator world)
    {
        using var part = new MpiBuffer<double>(Pages * ElementsPerPage);
        using Window<double> window = WindowCases.Open(world, part);
        window.Fence(WindowAssertions.NoPrecede);
        MarksAll("Fence", part, () =>
        {
            window.Put(new double[Elements], Ring.Next(world), 0);
            window.Fence();
        });
        Marks("Get", buffer =>
        {
            window.Get(Room(buffer), Ring.Next(world), 0);
            window.Fence(WindowAssertions.NoSucceed);
        });
        world.Barrier();

        // A locked target does not hear of anything: before a checkpoint all windows count as written.
        MarksAll("NoteWindows", part, WrittenRanges.NoteWindows);
    }

    public static void What_is_sent_is_not_marked(Intracommunicator world)
    {
        double[] room = new double[Elements];
        Marks("Send", buffer =>
        {
            ReceiveRequest receive = world.ImmediateReceive<double>(Ring.Previous(world), 1, room.AsMemory());
            world.Send<double>(Room(buffer).Span, Ring.Next(world), 1);
            receive.Wait();
        }, isMarked: false);
        Marks("Allreduce", buffer => world.Allreduce<double>(Room(buffer).Span, room, Operation<double>.Add), isMarked: false);
    }

    public static void Telling_allocates_nothing(Intracommunicator world)
    {
        using var buffer = new MpiBuffer<double>(Pages * ElementsPerPage);
        double[] sent = new double[Elements];
        Marks("warm-up", buffer, Exchange);
        WrittenRanges.Listener = WrittenMemory.Mark;
        try
        {
            Exchange();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                Exchange();
            Expect.Equal(0L, GC.GetAllocatedBytesForCurrentThread() - before, "bytes allocated by 100 exchanges");
        }
        finally
        {
            WrittenRanges.Listener = null;
        }

        void Exchange() => world.Sendrecv<double>(sent, Ring.Next(world), 1, Room(buffer).Span, Ring.Previous(world), 1);
    }

    /// <summary>The library's own copy: by the processor, or by the kernel out of the other process where that is allowed.</summary>
    public static void What_mpi_receives_is_seen_by_the_kernels_tracking_too(Intracommunicator world)
    {
        const int Length = 1 << 18;
        using RegionWatch watch = RegionWatch.Open(wanted: null);
        bool isTracked = world.Allreduce(watch.Kind == TrackingKind.WriteProtection, Operation<bool>.LogicalAnd);
        Expect.Capability(isTracked, $"asynchronous write protection ({watch.WhyNotBetter})");
        using var buffer = new MpiBuffer<double>(Length);
        CheckpointRegion[] regions = [new MemoryRegion<double>("buffer", () => buffer.Memory)];
        PageSet Changed() => watch.Collect(regions, [regions[0].BeginSave()])[0];
        Changed();
        Expect.Equal(0L, Changed().Count, "nothing was written");
        Memory<double> room = buffer.Memory[(Length / 4)..(Length / 2)];
        double[] sent = new double[room.Length];
        Array.Fill(sent, 1 + world.Rank);
        world.Sendrecv<double>(sent, Ring.Next(world), 1, room.Span, Ring.Previous(world), 1);
        PageSet changed = Changed();
        for (int page = 0; page < changed.PageCount; page++)
            Expect.Equal(page >= changed.PageCount / 4 && page < changed.PageCount / 2, changed.Contains(page), $"page {page}");
    }

    private static Memory<double> Room(MpiBuffer<double> buffer) => buffer.Memory.Slice(2 * ElementsPerPage, Elements);

    private static void Marks(string what, Action<MpiBuffer<double>> call, bool isMarked = true)
    {
        using var buffer = new MpiBuffer<double>(Pages * ElementsPerPage);
        Marks(what, buffer, () => call(buffer), isMarked);
    }

    /// <summary>Pages 2 to 5 and no others: 4 pages can be cut into 1, 2 or 4 parts, and into 3 but for less than a page.</summary>
    private static void Marks(string what, MpiBuffer<double> buffer, Action call, bool isMarked = true)
    {
        PageSet marked = MarkedBy(buffer, call);
        for (int page = 0; page < Pages; page++)
            Expect.Equal(isMarked && page is >= 2 and <= 5, marked.Contains(page), $"{what}, page {page}");
    }

    private static void MarksAll(string what, MpiBuffer<double> buffer, Action call) =>
        Expect.Equal(Pages, (int)MarkedBy(buffer, call).Count, $"{what}, pages");

    private static PageSet MarkedBy(MpiBuffer<double> buffer, Action call)
    {
        var marked = new PageSet(Pages);
        WatchedPages watched = WrittenMemory.Watch(buffer.Address, (long)buffer.Length * sizeof(double));
        WrittenRanges.Listener = WrittenMemory.Mark;
        try
        {
            call();
            watched.TakeInto(marked);
            return marked;
        }
        finally
        {
            WrittenRanges.Listener = null;
            WrittenMemory.Unwatch(watched);
        }
    }
}
