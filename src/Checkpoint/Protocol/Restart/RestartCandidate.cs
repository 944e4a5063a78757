using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>A version as one tier holds it.</summary>
/// <param name="Tier">Which tier, 0 is the nearest.</param>
/// <param name="Name">The version.</param>
internal readonly record struct RestartCandidate(int Tier, VersionName Name)
{
    public override string ToString() => Name.ToString();
}
