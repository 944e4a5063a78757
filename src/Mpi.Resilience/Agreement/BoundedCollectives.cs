using System;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using HpcVirt.Checkpoint;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Agreement;

/// <summary>
/// Collective calls of the library among themselves, on a communicator that programs cannot see, each with a deadline: a job whose rank is lost
/// must end with a word, and MPI's own blocking collectives may wait for ever. Called by the rank's thread only.
/// </summary>
/// <remarks>They are not in the traffic ledger: a collective that has completed on a rank leaves nothing of that rank in flight.</remarks>
internal sealed unsafe class BoundedCollectives : ICheckpointGroup, IDisposable
{
    /// <summary>Fruitless looks until a wait counts as long: what usually comes comes sooner, and costs nothing more.</summary>
    private const int RoundsBeforeTurningAside = 128;

    /// <summary>What a rank has to say in an agreement on a checkpoint is seldom longer.</summary>
    private const int SlotBytes = 512;

    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);

    /// <summary>Longer than any state takes to be sent: the supervisor has a deadline of its own, and ends a job that hangs.</summary>
    private static readonly TimeSpan PatienceMax = TimeSpan.FromHours(1);

    private readonly TimeProvider _time;
    private readonly TimeSpan _deadline;
    private nint _communicator;

    /// <summary>Duplicates the world communicator; collective.</summary>
    public BoundedCollectives(Intracommunicator world, TimeSpan deadline, TimeProvider time)
    {
        _deadline = deadline;
        _time = time;
        Rank = world.Rank;
        Size = world.Size;
        nint duplicate = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_dup(world.Handle, &duplicate), "MPI_Comm_dup", world);
        _communicator = duplicate;
    }

    /// <summary>
    /// What is done from time to time while the rank waits: the rank that it waits for may itself be waiting for this one to take in its message.
    /// </summary>
    public Action? WhileWaiting { get; set; }

    public int Rank { get; }

    public int Size { get; }

    /// <summary>The private communicator's native handle, for the pipeline of the agreement.</summary>
    public nint Handle => _communicator;

    public void Barrier()
    {
        nint request = 0;
        Await(NativeMpi.MPI_Ibarrier(_communicator, &request), &request, "MPI_Ibarrier");
    }

    /// <summary>Enters a barrier, and does something again and again until all ranks have entered it.</summary>
    public void BarrierWhile(Action again)
    {
        nint request = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Ibarrier(_communicator, &request), "MPI_Ibarrier");
        while (!IsComplete(&request, "MPI_Ibarrier"))
        {
            Progress.LookUp();
            again();
            LibC.YieldProcessor();
        }
    }

    /// <summary>A barrier for a wait that may be long: the rank gives its core to those that it waits for.</summary>
    public void AwaitAllPatiently()
    {
        nint request = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Ibarrier(_communicator, &request), "MPI_Ibarrier");
        long start = _time.GetTimestamp();
        while (!IsComplete(&request, "MPI_Ibarrier"))
        {
            Progress.LookUp();
            Rest.For(Nap);
            if (_time.GetElapsedTime(start) > PatienceMax)
                throw new ResilienceException($"Rank {Rank} waited {PatienceMax.TotalMinutes:0} minutes for a rank that moves. The job ends here; start it again to continue from the newest checkpoint.");
        }
    }

    public long Minimum(long value) => Reduce(value, Abi.Table.Operations.Min);

    public long Maximum(long value) => Reduce(value, Abi.Table.Operations.Max);

    /// <summary>Adds the ranks' values element by element, modulo 2^64; every rank gets the sums.</summary>
    public void Sum(Span<ulong> values)
    {
        fixed (ulong* buffer = values)
        {
            nint request = 0;
            int code = NativeMpi.MPI_Iallreduce(
                (void*)Abi.InPlace, buffer, values.Length, Abi.Table.Datatypes.UInt64, Abi.Table.Operations.Sum, _communicator, &request);
            Await(code, &request, "MPI_Iallreduce");
        }
    }

    [SuppressMessage("Performance", "CA1814:Prefer jagged arrays over multidimensional", Justification = "The interface gives the shape.")]
    public byte[][] Gather(ReadOnlySpan<byte> mine)
    {
        // Lengths differ between ranks, and most are short: everybody's first bytes come with their number, and one round is enough where there are no more.
        byte[] slot = new byte[SlotBytes];
        BinaryPrimitives.WriteInt32LittleEndian(slot, mine.Length);
        mine[..Math.Min(mine.Length, SlotBytes - sizeof(int))].CopyTo(slot.AsSpan(sizeof(int)));
        byte[] slots = AllgatherBytes(slot);
        int[] lengths = [.. Enumerable.Range(0, Size).Select(rank => BinaryPrimitives.ReadInt32LittleEndian(slots.AsSpan(rank * SlotBytes)))];
        int longest = lengths.Max();
        if (longest <= SlotBytes - sizeof(int)) return [.. lengths.Select((length, rank) => slots.AsSpan((rank * SlotBytes) + sizeof(int), length).ToArray())];
        if ((long)longest * Size > int.MaxValue)
            throw new ResilienceException($"Gathering {longest} bytes from each of {Size} ranks takes more than 2 GiB; this is an internal limit, please report it.");
        byte[] padded = new byte[longest];
        mine.CopyTo(padded);
        byte[] all = AllgatherBytes(padded);
        return [.. lengths.Select((length, rank) => all.AsSpan(rank * longest, length).ToArray())];
    }

    /// <summary>Waits for a request of this communicator, yielding the core, until the deadline.</summary>
    public void Await(int code, nint* request, string call)
    {
        ErrorCheck.ThrowIfFailed(code, call);
        long start = _time.GetTimestamp();
        for (int round = 0; ; round++)
        {
            if (IsComplete(request, call))
                return;
            Progress.LookUp();
            LibC.YieldProcessor();
            if (round >= RoundsBeforeTurningAside && (round & 0xF) == 0)
                WhileWaiting?.Invoke();
            if ((round & 0xFF) == 0xFF && _time.GetElapsedTime(start) > _deadline)
            {
                throw new ResilienceException(
                    $"Rank {Rank} waited {_deadline.TotalSeconds} s in {call} for the other ranks. Has one of them been lost, or left the loop of steps on its own? "
                    + "The job ends here; start it again to continue from the newest checkpoint.");
            }
        }
    }

    public void Dispose()
    {
        if (_communicator == Abi.CommNull || MPI.Environment.Finalized)
            return;
        nint communicator = _communicator;
        _communicator = Abi.CommNull;
        _ = NativeMpi.MPI_Comm_free(&communicator);
    }

    private static bool IsComplete(nint* request, string call)
    {
        NativeStatus ignored;
        ErrorCheck.ThrowIfFailed(Progress.Test(ref *request, out bool isComplete, &ignored), call);
        return isComplete;
    }

    private long Reduce(long value, nint operation)
    {
        nint request = 0;
        int code = NativeMpi.MPI_Iallreduce((void*)Abi.InPlace, &value, 1, Abi.Table.Datatypes.Int64, operation, _communicator, &request);
        Await(code, &request, "MPI_Iallreduce");
        return value;
    }

    /// <summary>Everybody's bytes, the same number from each rank.</summary>
    private byte[] AllgatherBytes(byte[] mine)
    {
        byte[] all = new byte[mine.Length * Size];
        fixed (byte* send = mine)
        fixed (byte* receive = all)
        {
            nint request = 0;
            int code = NativeMpi.MPI_Iallgather(send, mine.Length, Abi.Byte, receive, mine.Length, Abi.Byte, _communicator, &request);
            Await(code, &request, "MPI_Iallgather");
        }

        return all;
    }
}
