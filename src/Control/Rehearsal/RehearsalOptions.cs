using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Control.Rehearsal;

/// <summary>What a rehearsal runs and compares.</summary>
public sealed record RehearsalOptions
{
    /// <summary>The job. Its checkpoints, working directory, kills and rehearsal directory are set by the rehearsal.</summary>
    public required SupervisorOptions Job { get; init; }

    /// <summary>Ranks to lose. Default 2.</summary>
    public int Kills { get; init; } = 2;

    /// <summary>Result files, relative to the working directory; empty for all files that the program creates or changes there.</summary>
    public IReadOnlyList<string> ResultFiles { get; init; } = [];

    /// <summary>Lines of rank 0 that match one of these are not compared: times, dates, host names.</summary>
    public IReadOnlyList<string> IgnoredLines { get; init; } = [];

    /// <summary>Directory that is copied as working directory of each run; null lets each run begin in an empty one.</summary>
    public string? CopyOf { get; init; }

    /// <summary>Most bytes that are copied as working directory. Default 1 GiB.</summary>
    public long CopyBytesMax { get; init; } = 1L << 30;

    /// <summary>Directory for the runs; it must not exist or be empty.</summary>
    public required string Scratch { get; init; }

    /// <summary>True keeps the scratch directory even if the results are equal.</summary>
    public bool Keep { get; init; }

    /// <summary>Checks all options together.</summary>
    /// <returns>This record.</returns>
    /// <exception cref="ControlException">An option is out of range.</exception>
    public RehearsalOptions Validated()
    {
        if (Kills < 1) throw new ControlException(ExitCode.Usage, $"--kills: a rehearsal needs at least 1 lost rank, not {Kills}.");
        if (ResultFiles.FirstOrDefault(System.IO.Path.IsPathRooted) is { } rooted)
            throw new ControlException(ExitCode.Usage, $"--result: {rooted} is absolute. Each run has its own working directory: name result files relative to it.");
        foreach (string pattern in IgnoredLines)
        {
            try
            {
                _ = new Regex(pattern);
            }
            catch (ArgumentException error)
            {
                throw new ControlException(ExitCode.Usage, $"--ignore-lines: {error.Message}", error);
            }
        }

        return this;
    }
}
