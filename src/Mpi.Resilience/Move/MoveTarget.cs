using System;
using System.Collections.Generic;
using HpcVirt.Checkpoint;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>This process takes the place of a rank that moves: what it was told before it runs the program's beginning.</summary>
/// <param name="stream">The way to the rank that moves.</param>
/// <param name="order">What the supervisor said.</param>
internal sealed class MoveTarget(PeerStream stream, RequestMoveNow order)
{
    private const int HandOverBytesMax = (64 << 20) + 1024;

    /// <summary>The move that this process is the target of, until its state is there; null for all others.</summary>
    public static MoveTarget? Current { get; private set; }

    /// <summary>Number of the hold in which the job waits.</summary>
    public long Hold => order.Hold;

    /// <summary>The step that the job stands before.</summary>
    public long Step { get; private init; }

    /// <summary>The step of the newest checkpoint, as the ranks know it; -1 if there is none.</summary>
    public long SavedStep { get; private init; }

    /// <summary>What collectives brought to the rank at the program's beginning.</summary>
    public ReadOnlyMemory<byte> Prologue { get; private init; }

    /// <summary>What the rank that moves tells first of all.</summary>
    public static void HandOver(PeerStream stream, long step, long savedStep, ReadOnlySpan<byte> prologue)
    {
        var writer = new ByteWriter();
        writer.Int64(step);
        writer.Int64(savedStep);
        writer.Bytes(prologue);
        writer.Checksum();
        stream.Send(writer.Written);
    }

    /// <summary>Hears what the rank that moves tells first of all.</summary>
    public static void Take(PeerStream stream, RequestMoveNow order)
    {
        byte[] told = stream.Receive(HandOverBytesMax);
        var reader = new ByteReader(told, "the beginning of a rank that moves");
        reader.CheckTrailingChecksum();
        Current = new MoveTarget(stream, order)
        {
            Step = reader.SignedInt64(),
            SavedStep = reader.SignedInt64(),
            Prologue = told.AsMemory(reader.Position, reader.Remaining - 4),
        };
    }

    /// <summary>Fills the regions with the rank's state.</summary>
    /// <returns>How many bytes came.</returns>
    public long Receive(IReadOnlyList<CheckpointRegion> regions)
    {
        Current = null;
        return MovedState.Receive(stream, regions);
    }
}
