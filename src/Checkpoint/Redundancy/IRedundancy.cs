using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>How this rank keeps, in its place, what shards of other ranks can be rebuilt from.</summary>
internal interface IRedundancy
{
    /// <summary>
    /// Stores this rank's part for a version whose shards all stand in the temporary directories of their places.
    /// </summary>
    void Protect(VersionName name, IReadOnlyList<ManifestShard> shards);
}
