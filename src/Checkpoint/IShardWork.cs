using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>How one rank's shard of one version comes to stand in its place: written from memory, or staged before and linked now.</summary>
internal interface IShardWork
{
    /// <summary>Bytes that the place must have free; 0 if they are reserved already.</summary>
    long NeededBytes { get; }

    /// <summary>Takes hold of the regions and lays the shard out; throws what keeps this rank from taking part.</summary>
    Shard Plan(VersionName name, long step, int rank, int rankCount, string program);

    /// <summary>Puts the shard under its name in the temporary directory of the version, durably, and returns how long it has become, and its checksum.</summary>
    (long LengthBytes, uint Checksum) Write(Shard plan, Place place);

    /// <summary>Puts what protects other ranks' shards against their loss beside it; all ranks' shards are there by now.</summary>
    void Protect(Shard plan, Place place, System.Collections.Generic.IReadOnlyList<ManifestShard> shards);

    /// <summary>Lets go of the regions, whether it went well or not.</summary>
    void End();
}
