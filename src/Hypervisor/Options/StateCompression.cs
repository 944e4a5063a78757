namespace HpcVirt.Hypervisor;

/// <summary>How a state is compressed.</summary>
public enum StateCompression
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>By the host's <c>lz4</c>: fast.</summary>
    Lz4,

    /// <summary>By the host's <c>zstd</c>: smaller.</summary>
    Zstd,
}
