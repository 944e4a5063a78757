namespace HpcVirt.Checkpoint;

/// <summary>What kept one rank from doing its part.</summary>
/// <param name="Rank">The rank it happened to.</param>
/// <param name="Reason">What happened, where, and what to do next.</param>
public sealed record CheckpointProblem(int Rank, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"rank {Rank}: {Reason}";
}
