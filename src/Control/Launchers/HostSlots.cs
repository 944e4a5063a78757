namespace HpcVirt.Control.Launchers;

/// <summary>A host and how many ranks it takes.</summary>
/// <param name="Name">Name or address of the host.</param>
/// <param name="Slots">Ranks on it, at least 1.</param>
public sealed record HostSlots(string Name, int Slots);
