namespace HpcVirt.Hypervisor;

/// <summary>How far a move is.</summary>
/// <param name="Phase">Where it is.</param>
/// <param name="TotalBytes">The guest's memory.</param>
/// <param name="SentBytes">Bytes sent so far; may exceed the total, for what changes is sent again.</param>
/// <param name="RestBytes">Bytes that are still to be sent.</param>
/// <param name="Passes">How often the guest's memory was gone through.</param>
/// <param name="DirtyBytesPerSecond">How fast the guest writes; 0 when not known.</param>
public sealed record MigrationProgress(MigrationPhase Phase, long TotalBytes, long SentBytes, long RestBytes, int Passes, long DirtyBytesPerSecond)
{
    /// <summary>The share that is done, 0 to 1.</summary>
    public double Share => Phase is MigrationPhase.Done ? 1 : TotalBytes > 0 ? System.Math.Clamp(1 - ((double)RestBytes / TotalBytes), 0, 1) : 0;
}
