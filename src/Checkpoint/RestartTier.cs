using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Mesh;

namespace HpcVirt.Checkpoint;

/// <summary>A tier as a restart sees it.</summary>
/// <param name="Place">This rank's place in it.</param>
/// <param name="Rebuilder">Puts back what is lost there, or null where nothing else has it.</param>
/// <param name="Peers">Reads what lies in other ranks' places, or null.</param>
internal sealed record RestartTier(Place Place, VersionRebuilder? Rebuilder, PeerFiles? Peers)
{
    /// <summary>Any rank's shard of a version, wherever it lies.</summary>
    public ShardReader OpenShard(VersionName name, int rank)
    {
        string path = $"{Place.PathOf(name)}/{VersionName.Shard(rank)}";
        if (Peers is null || Place.Directory.Exists(path)) return ShardReader.Open(Place.Directory, path);
        string elsewhere = $"{name.Committed}/{VersionName.Shard(rank)}";
        for (int peer = 0; peer < Place.Leaders.Count; peer++)
        {
            if (Place.Leaders[peer] != peer || peer == Place.Leaders[Place.Rank]) continue;
            try
            {
                return ShardReader.Take(new PeerFile(Peers, peer, elsewhere, Peers.LengthOf(peer, elsewhere)), elsewhere);
            }
            catch (PeerRefusalException)
            {
                // Not there; the next one may have it.
            }
        }

        throw new CheckpointFormatException(path, 0, $"the shard of rank {rank} is in no place of this tier");
    }
}
