namespace HpcVirt.Control.Guard.Protocol;

/// <summary>What changes the world: one at a time, its intent on the disk before it begins.</summary>
/// <param name="Id">Its number, from 1, never used again.</param>
/// <param name="CaseId">The case it belongs to; 0 for a checkpoint because risk is raised.</param>
/// <param name="BegunAtS">When, in seconds since 1970.</param>
internal abstract record GuardStep(int Id, int CaseId, long BegunAtS);

/// <summary>A guest is moved.</summary>
internal sealed record MoveStep(int Id, int CaseId, long BegunAtS, string Guest, string From, string To, bool WasRunning) : GuardStep(Id, CaseId, BegunAtS);

/// <summary>A checkpoint is made.</summary>
internal sealed record SaveStep(int Id, int CaseId, long BegunAtS) : GuardStep(Id, CaseId, BegunAtS);
