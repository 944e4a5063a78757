using HpcVirt.Control.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>What is known of one rank in one attempt.</summary>
internal sealed record RankRecord(RankPeer Peer)
{
    public bool IsConnected { get; init; } = true;

    /// <summary>When it was last heard of, by the clock's timestamp.</summary>
    public long HeardAt { get; init; }

    /// <summary>The newest step it reported; null before its first.</summary>
    public long? Step { get; init; }

    /// <summary>What it wrote of its newest checkpoint, bytes; 0 before.</summary>
    public long CheckpointBytes { get; init; }

    /// <summary>True while it is held, and makes no steps.</summary>
    public bool IsHeld { get; init; }

    /// <summary>True after Finished or Failed: the end of its connection is no loss.</summary>
    public bool HasSpokenLast { get; init; }

    /// <summary>What was wrong with its last frame, if that ended the connection.</summary>
    public string? ProtocolError { get; init; }
}
