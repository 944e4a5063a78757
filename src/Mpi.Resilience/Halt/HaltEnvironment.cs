using System;
using System.Globalization;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Mpi.Resilience.Halt;

/// <summary>What the environment says about when a job has to stop.</summary>
internal static class HaltEnvironment
{
    /// <summary>A duration, as <see cref="Durations.TryParse"/> reads it.</summary>
    public const string Margin = "HPCVIRT_WALLTIME_MARGIN";

    /// <summary>Slurm's word for when it will kill the job, in seconds since 1970.</summary>
    public const string SlurmEnd = "SLURM_JOB_END_TIME";

    /// <summary>Whether SIGTERM stops the job with a checkpoint: 1 or 0.</summary>
    public const string StopOnTerminate = "HPCVIRT_STOP_ON_SIGTERM";

    /// <summary>Set within every Slurm job.</summary>
    public const string SlurmJob = "SLURM_JOB_ID";

    /// <summary>The value of a time that says: none.</summary>
    public const string Never = "never";

    /// <param name="options">What the program says.</param>
    /// <param name="variable">Reads one environment variable.</param>
    /// <exception cref="ResilienceException">A variable has a value that cannot be read; the message names it.</exception>
    public static HaltOptions Apply(HaltOptions options, Func<string, string?> variable)
    {
        if (Value(variable, ControlEnvironment.StopAfterCheckpoint) is { } after)
            options = options with { AfterNextCheckpoint = ReadSwitch(ControlEnvironment.StopAfterCheckpoint, after, "stops the job after its next checkpoint") };
        if (Value(variable, StopOnTerminate) is { } onTerminate)
            options = options with { OnTerminate = ReadSwitch(StopOnTerminate, onTerminate, "makes SIGTERM stop the job with a checkpoint") };
        else if (Value(variable, SlurmJob) is not null)
            options = options with { OnTerminate = true };

        if (Value(variable, ControlEnvironment.StopAt) is { } at)
            options = options with { At = ReadTime(ControlEnvironment.StopAt, at) };
        if (Value(variable, ControlEnvironment.WallTimeEnd) is { } end)
            options = options with { WallTimeEnd = ReadTime(ControlEnvironment.WallTimeEnd, end) };
        else if (options.WallTimeEnd is null && Value(variable, SlurmEnd) is { } slurm && TryReadSeconds(slurm, out DateTimeOffset slurmEnd))
            options = options with { WallTimeEnd = slurmEnd };
        if (Value(variable, Margin) is { } margin)
        {
            options = options with
            {
                Margin = Durations.TryParse(margin, out TimeSpan duration)
                    ? duration
                    : throw new ResilienceException($"{Margin}={margin} is no duration; give for example 30s or 5m."),
            };
        }

        return options;
    }

    /// <summary>Reads a time as people and programs write it: seconds since 1970, or a date and time, of this host's zone unless it names one.</summary>
    public static bool TryReadTime(string text, out DateTimeOffset time) =>
        TryReadSeconds(text, out time) || DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out time);

    private static bool ReadSwitch(string name, string text, string meaning) => text switch
    {
        "1" => true,
        "0" => false,
        _ => throw new ResilienceException($"{name}={text} is unknown; 1 {meaning}, 0 does not."),
    };

    private static DateTimeOffset? ReadTime(string name, string text) =>
        text == Never ? null
        : TryReadTime(text, out DateTimeOffset time) ? time
        : throw new ResilienceException($"{name}={text} is no time; give 2026-01-31T18:00:00, with +01:00 or Z if another zone is meant, or seconds since 1970, or {Never}.");

    private static bool TryReadSeconds(string text, out DateTimeOffset time)
    {
        bool isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        time = isNumber ? DateTimeOffset.FromUnixTimeSeconds(seconds) : default;
        return isNumber;
    }

    private static string? Value(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } value ? value : null;
}
