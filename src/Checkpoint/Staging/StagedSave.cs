using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>A checkpoint on its way: handed from the rank's thread to the one behind it.</summary>
/// <param name="Name">The version.</param>
/// <param name="Step">The step all ranks were at.</param>
/// <param name="Staged">The state, or null if it could not be staged.</param>
/// <param name="Objection">Why this rank votes no, or null.</param>
/// <param name="IsForEveryTier">Whether it goes to every tier, due or not.</param>
internal sealed record StagedSave(VersionName Name, long Step, StagedShard? Staged, string? Objection, bool IsForEveryTier);
