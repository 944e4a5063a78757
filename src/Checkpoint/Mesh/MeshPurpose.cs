namespace HpcVirt.Checkpoint.Mesh;

/// <summary>What a connection between two ranks is for.</summary>
internal enum MeshPurpose
{
    /// <summary>Rounds in which all ranks take part.</summary>
    Rounds = 1,

    /// <summary>One rank reads files of the other's place.</summary>
    Files = 2,
}
