using System;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>Bytes of a peer's file that are asked for and not yet waited for.</summary>
internal sealed class PendingRead(Memory<byte> bytes)
{
    public Memory<byte> Bytes => bytes;

    /// <summary>Whether they have come; they have not, too, when the peer refused them.</summary>
    public bool IsHere { get; set; }
}
