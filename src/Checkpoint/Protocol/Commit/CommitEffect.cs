using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank has to do next in a save: one thing at a time, each answered by one <see cref="CommitEvent"/>.</summary>
internal abstract record CommitEffect
{
    /// <summary>Collective.</summary>
    public sealed record TellPreparation(PreparationReport Mine) : CommitEffect;

    /// <summary>Write the shard and make its bytes durable.</summary>
    public sealed record WriteShard : CommitEffect;

    /// <summary>Collective.</summary>
    public sealed record TellShard(ShardReport Mine) : CommitEffect;

    /// <summary>Store what other ranks' shards can be rebuilt from, if the scheme has such a thing.</summary>
    public sealed record Protect(IReadOnlyList<ManifestShard> Shards) : CommitEffect;

    /// <summary>Write the manifest; make it, all names in the temporary directory and that directory's own name durable.</summary>
    public sealed record WriteManifest(Manifest Manifest) : CommitEffect;

    /// <summary>Collective: the one vote.</summary>
    public sealed record Vote(bool IsYes) : CommitEffect;

    /// <summary>Collective.</summary>
    public sealed record TellReason(PlainReport Mine) : CommitEffect;

    /// <summary>The one rename, made durable.</summary>
    public sealed record Publish : CommitEffect;

    /// <summary>Collective.</summary>
    public sealed record TellPublication(PublicationReport Mine) : CommitEffect;

    /// <summary>Delete what the newly committed version makes superfluous.</summary>
    public sealed record Retire : CommitEffect;

    /// <summary>Delete what this save has written.</summary>
    public sealed record Drop : CommitEffect;

    /// <summary>Return to the caller.</summary>
    public sealed record Finish : CommitEffect;
}
