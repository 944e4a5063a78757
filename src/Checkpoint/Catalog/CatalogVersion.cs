namespace HpcVirt.Checkpoint;

/// <summary>One version in a place.</summary>
/// <param name="DirectoryName">Its directory inside the place.</param>
/// <param name="Version">The version's number.</param>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="State">What a look at it tells.</param>
/// <param name="Manifest">Its manifest, or null if there is none that is intact.</param>
/// <param name="Problem">What is wrong with it, or null.</param>
public sealed record CatalogVersion(
    string DirectoryName, long Version, long Attempt, CatalogState State, CatalogManifest? Manifest, string? Problem);
