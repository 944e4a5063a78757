namespace HpcVirt.Checkpoint.Mesh;

/// <summary>What a frame holds.</summary>
internal enum MeshFrameKind
{
    /// <summary>A rank's part of a round, or all ranks' parts on the way back.</summary>
    Round = 1,

    /// <summary>Which bytes of which file of the answering rank's place are wanted (<see cref="FileRequest"/>).</summary>
    Request = 2,

    /// <summary>The wanted bytes.</summary>
    Bytes = 3,

    /// <summary>Why the wanted bytes do not come, in words.</summary>
    Refusal = 4,
}
