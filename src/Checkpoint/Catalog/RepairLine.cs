namespace HpcVirt.Checkpoint;

/// <summary>What a repair did to one file.</summary>
/// <param name="Version">The version's name.</param>
/// <param name="Place">The place it belongs to.</param>
/// <param name="File">The file.</param>
/// <param name="IsRepaired">Whether it is whole now.</param>
/// <param name="Reason">What was done, or why nothing could be.</param>
public sealed record RepairLine(string Version, string Place, string File, bool IsRepaired, string Reason);
