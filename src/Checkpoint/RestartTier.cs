namespace HpcVirt.Checkpoint;

/// <summary>A tier as a restart sees it.</summary>
/// <param name="Place">This rank's place in it.</param>
/// <param name="Rebuilder">Puts back what is lost there, or null where nothing else has it.</param>
internal sealed record RestartTier(Place Place, VersionRebuilder? Rebuilder);
