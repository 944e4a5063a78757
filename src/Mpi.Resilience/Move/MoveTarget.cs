using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Mpi.Resilience.Channel;
using HpcVirt.Mpi.Resilience.Repair;
using MPI;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>
/// This process takes the place of a rank that moves. It runs the program's beginning with what collectives brought to that rank: as a rule beforehand, while
/// the job goes on, and else while the others wait.
/// </summary>
/// <remarks>
/// <code>
/// rank that moves            this process
///   | -- beginning -------->   |   runs the program up to where it restores its state
///   | -- now -------------->   |   at the safe point: step, newest checkpoint
///   | -- state ------------>   |
///   | &lt;- receipt -----------   |
/// </code>
/// </remarks>
internal sealed class MoveTarget
{
    public const int BeginningBytesMax = (64 << 20) + 1024;

    private const int NowBytesMax = 64;

    private readonly PeerStream _stream;

    private MoveTarget(PeerStream stream, ReadOnlyMemory<byte> prologue, long hold, bool isPrepared)
    {
        (_stream, Prologue, Hold, IsPrepared) = (stream, prologue, hold, isPrepared);
    }

    /// <summary>The move that this process is the target of, until its state is there; null for all others.</summary>
    public static MoveTarget? Current { get; private set; }

    /// <summary>Number of the hold in which the job waits.</summary>
    public long Hold { get; }

    /// <summary>Whether the beginning is run while the job goes on: then there is no world yet, and no supervisor for this rank.</summary>
    public bool IsPrepared { get; }

    /// <summary>What collectives brought to the rank at the program's beginning.</summary>
    public ReadOnlyMemory<byte> Prologue { get; }

    /// <summary>What the rank that moves tells first of all.</summary>
    public static byte[] Beginning(ReadOnlySpan<byte> prologue)
    {
        var writer = new ByteWriter();
        writer.Bytes(prologue);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>What the rank that moves tells at the safe point.</summary>
    public static byte[] Now(long step, long savedStep)
    {
        var writer = new ByteWriter();
        writer.Int64(step);
        writer.Int64(savedStep);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>From here on this process is the target of a move.</summary>
    public static void Begin(PeerStream stream, byte[] beginning, long hold, bool isPrepared)
    {
        var reader = new ByteReader(beginning, "the beginning of a rank that moves");
        reader.CheckTrailingChecksum();
        Current = new MoveTarget(stream, beginning.AsMemory(0, reader.Remaining - 4), hold, isPrepared);
    }

    /// <summary>It is not, after all, or any more.</summary>
    public static void End() => Current = null;

    /// <summary>
    /// Whether the beginning failed only because it was run alone: communicators that the program makes need the other ranks. Anything else would fail again.
    /// </summary>
    public static bool NeedsOtherRanks(Exception failure) => failure is MpiException mpi && mpi.ErrorClass == MpiErrorClass.Communicator;

    /// <summary>The beginning is run: waits until the ranks are ready.</summary>
    /// <exception cref="MoveCancelledException">The rank stays where it is.</exception>
    public RequestMoveNow AwaitOrder() => Standby.AwaitMove(Hold);

    /// <summary>Hears where the job stands.</summary>
    public (long Step, long SavedStep) ReceiveNow()
    {
        byte[] told = _stream.Receive(NowBytesMax);
        var reader = new ByteReader(told, "the step of a rank that moves");
        reader.CheckTrailingChecksum();
        return (reader.SignedInt64(), reader.SignedInt64());
    }

    /// <summary>Fills the regions with the rank's state.</summary>
    /// <returns>How many bytes came.</returns>
    public long ReceiveState(IReadOnlyList<CheckpointRegion> regions) => MovedState.Receive(_stream, regions);
}
