using System;
using System.Collections.Generic;

namespace HpcVirt.Checkpoint;

/// <summary>What the manifest of a version says.</summary>
/// <param name="Version">The version's number.</param>
/// <param name="Attempt">The attempt that wrote it.</param>
/// <param name="Step">The step it was saved at.</param>
/// <param name="WrittenAt">When it was written, by the clock of rank 0.</param>
/// <param name="Program">The program that wrote it.</param>
/// <param name="Shards">The shards of all ranks, by rank.</param>
public sealed record CatalogManifest(
    long Version, long Attempt, long Step, DateTimeOffset WrittenAt, string Program, IReadOnlyList<CatalogShard> Shards);
