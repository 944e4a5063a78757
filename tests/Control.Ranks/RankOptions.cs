using System;
using System.Globalization;

namespace HpcVirt.Control.Ranks;

/// <summary>What a counting rank does; each argument is NAME=VALUE.</summary>
internal sealed record RankOptions
{
    public long Steps { get; init; } = 40;

    public long Every { get; init; } = 5;

    /// <summary>Milliseconds per step.</summary>
    public int Pace { get; init; } = 5;

    public long FailAt { get; init; } = -1;

    public string? Log { get; init; }

    /// <summary>True forgets the sum at every start, as a program does that did not protect it.</summary>
    public bool Unprotected { get; init; }

    public bool IgnoresStop { get; init; }

    public static RankOptions Parse(string[] arguments)
    {
        var options = new RankOptions();
        foreach (string argument in arguments)
        {
            string[] parts = argument.Split('=', 2);
            options = parts[0] switch
            {
                "steps" => options with { Steps = Number(parts[1]) },
                "every" => options with { Every = Number(parts[1]) },
                "pace" => options with { Pace = (int)Number(parts[1]) },
                "fail-at" => options with { FailAt = Number(parts[1]) },
                "log" => options with { Log = parts[1] },
                "unprotected" => options with { Unprotected = true },
                "ignore-stop" => options with { IgnoresStop = true },
                _ => throw new ArgumentException($"unknown argument {argument}"),
            };
        }

        return options;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
