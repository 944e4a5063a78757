using System;
using System.CommandLine;
using HpcVirt.Control;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Cli;

/// <summary>The options of <c>run</c> that make a job stop by itself.</summary>
internal sealed class StopOptions
{
    private readonly Option<bool> _afterCheckpoint = new("--stop-after-checkpoint") { Description = "Stop as soon as the next checkpoint is committed. The same command goes on." };
    private readonly Option<string?> _at = new("--stop-at") { Description = "Stop, with a checkpoint, at the first safe point after this time: 2026-01-31T18:00, or seconds since 1970.", HelpName = "TIME" };
    private readonly Option<string?> _wallTime = new("--walltime") { Description = "How long the job may run from now: 90s, 30m, 12h, 2d. It stops in time before, with a checkpoint.", HelpName = "DURATION" };

    public Option[] All => [_afterCheckpoint, _at, _wallTime];

    public SupervisorOptions Read(ParseResult parsed, SupervisorOptions options, TimeProvider time) => options with
    {
        StopAfterCheckpoint = parsed.GetValue(_afterCheckpoint),
        StopAt = parsed.GetValue(_at) is { } at ? ReadTime(at) : null,
        WallTimeEnd = parsed.GetValue(_wallTime) is { } wallTime ? time.GetUtcNow() + ReadDuration(wallTime) : null,
    };

    private static DateTimeOffset ReadTime(string text) => SupervisorOptions.TryReadTime(text, out DateTimeOffset time)
        ? time
        : throw new ControlException(ExitCode.Usage, $"--stop-at: '{text}' is no time. Give 2026-01-31T18:00, with Z or +01:00 if another zone is meant, or seconds since 1970.");

    private static TimeSpan ReadDuration(string text) => SupervisorOptions.TryReadDuration(text, out TimeSpan duration)
        ? duration
        : throw new ControlException(ExitCode.Usage, $"--walltime: '{text}' is no duration. Give a number and one of ms, s, m, h, d.");
}
