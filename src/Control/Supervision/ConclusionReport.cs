using System;
using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Supervision;

/// <summary>The last word on a job: its exit code and a sentence for people.</summary>
internal static class ConclusionReport
{
    private const int FirstOwnCode = 64;
    private const int LastOwnCode = 79;

    public static int ExitCodeOf(Conclude conclusion) => conclusion.Outcome switch
    {
        JobOutcome.Succeeded => (int)ExitCode.Success,
        JobOutcome.ProgramFailed => conclusion.Status switch
        {
            null or { Code: 0 } or { Code: >= FirstOwnCode and <= LastOwnCode } => (int)ExitCode.ProgramFailed,
            { Code: var code } => code,
        },
        JobOutcome.GaveUp => (int)ExitCode.GaveUp,
        JobOutcome.InterruptedSaved => (int)ExitCode.InterruptedSaved,
        JobOutcome.Interrupted => (int)ExitCode.Interrupted,
        JobOutcome.HostsMissing => (int)ExitCode.HostsMissing,
        JobOutcome.LaunchFailed => (int)ExitCode.InternalError,
        _ => throw new InvalidOperationException($"A job cannot end with {conclusion.Outcome}."),
    };

    public static string SentenceOf(Conclude conclusion, SupervisorState state)
    {
        string newest = state.CommittedStep is { } step ? $"the newest checkpoint is the one at step {step}" : "no checkpoint was reported in this run";
        return conclusion.Outcome switch
        {
            JobOutcome.Succeeded => state.Attempt == 1 ? "the job ended well" : $"the job ended well in attempt {state.Attempt}",
            JobOutcome.ProgramFailed => $"the program fails by itself, in the same way twice: not started again ({newest})",
            JobOutcome.GaveUp => $"gave up after {state.RestartsMax} restarts; {newest}. The same command goes on from it; --restarts K allows more",
            JobOutcome.InterruptedSaved => $"stopped; {newest}. The same command goes on from it",
            JobOutcome.Interrupted => $"stopped without a checkpoint after the request; {newest}",
            JobOutcome.HostsMissing =>
                $"too few hosts are left for {state.RanksMin} ranks (lost: {state.Hosts.Names(HostCondition.Lost)}; drained: {state.Hosts.Names(HostCondition.Drained)}); {newest}. "
                + "The same command with other --hosts goes on from it; --spares and --min-ranks let a job bear more",
            JobOutcome.LaunchFailed => "the launcher could not be started",
            _ => throw new InvalidOperationException($"A job cannot end with {conclusion.Outcome}."),
        };
    }
}
