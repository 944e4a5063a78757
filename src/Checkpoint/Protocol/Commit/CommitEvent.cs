using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank learns during a save. Each effect is answered by exactly one event.</summary>
internal abstract record CommitEvent
{
    public sealed record Prepared(PreparationReport Mine) : CommitEvent;

    public sealed record PreparationsKnown(IReadOnlyList<PreparationReport> All) : CommitEvent;

    public sealed record ShardWritten(ShardReport Mine) : CommitEvent;

    public sealed record ShardsKnown(IReadOnlyList<ShardReport> All) : CommitEvent;

    public sealed record Protected(string? Problem) : CommitEvent;

    public sealed record ManifestWritten(string? Problem) : CommitEvent;

    public sealed record VoteCounted(bool IsUnanimous) : CommitEvent;

    public sealed record ReasonsKnown(IReadOnlyList<PlainReport> All) : CommitEvent;

    public sealed record Published(PublicationReport Mine) : CommitEvent;

    public sealed record PublicationsKnown(IReadOnlyList<PublicationReport> All) : CommitEvent;

    /// <summary>What had to be deleted is gone, or the warnings say what is left.</summary>
    public sealed record TidiedUp(IReadOnlyList<string> Warnings) : CommitEvent;
}
