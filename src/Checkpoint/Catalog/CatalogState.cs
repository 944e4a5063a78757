namespace HpcVirt.Checkpoint;

/// <summary>What a look at a version tells, without reading its payload.</summary>
public enum CatalogState
{
    /// <summary>Voted and renamed, the manifest intact, the shards that are here of their recorded lengths.</summary>
    Committed,

    /// <summary>Being written, or left behind by an attempt that ended.</summary>
    Temporary,

    /// <summary>Committed once, and now missing something or not readable.</summary>
    Damaged,

    /// <summary>Committed by an older attempt after a newer one had begun: a restart passes it over.</summary>
    Late,

    /// <summary>Being deleted.</summary>
    Doomed,
}
