namespace HpcVirt.Checkpoint.Formats;

/// <summary>What the name of a version's directory says about it.</summary>
internal enum VersionState
{
    /// <summary>Being written, or left behind by an attempt that ended: <c>.tmp</c>.</summary>
    Temporary,

    /// <summary>Voted and renamed.</summary>
    Committed,

    /// <summary>Being deleted: <c>.doomed</c>.</summary>
    Doomed,
}
