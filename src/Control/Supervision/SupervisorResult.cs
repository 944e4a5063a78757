using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Supervision;

/// <summary>How a supervised job ended, and what happened on the way.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="ExitCode">Exit code of <c>hpcvirt run</c>: one of <see cref="Control.ExitCode"/>, or the program's own.</param>
/// <param name="Attempts">Launched attempts.</param>
/// <param name="Kills">Rehearsed kills that were carried out.</param>
/// <param name="Restores">Attempts that went on from a checkpoint.</param>
/// <param name="Commits">Distinct commits that were reported.</param>
public sealed record SupervisorResult(JobOutcome Outcome, int ExitCode, int Attempts, int Kills, int Restores, int Commits);
