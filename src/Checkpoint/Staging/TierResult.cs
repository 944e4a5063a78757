namespace HpcVirt.Checkpoint;

/// <summary>What became of a version in one tier.</summary>
/// <param name="Tier">The tier's name: <c>memory</c>, or as its <see cref="TierOptions"/> say.</param>
/// <param name="Result">How it ended there.</param>
public sealed record TierResult(string Tier, SaveResult Result);
