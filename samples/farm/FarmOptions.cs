using System;
using System.Globalization;

namespace HpcVirt.Samples.Farm;

internal enum FarmKind
{
    Tasks,
    Halos,
}

/// <summary>What the command line says.</summary>
internal sealed record FarmOptions(FarmKind Kind)
{
    public int Tasks { get; init; } = 300;

    /// <summary>Tasks that each worker has under way at a time.</summary>
    public int Depth { get; init; } = 3;

    /// <summary>Bytes of a large message; far above what any MPI sends without waiting for its receiver.</summary>
    public int LargeBytes { get; init; } = 1 << 20;

    public TimeSpan TaskTime { get; init; } = TimeSpan.FromMilliseconds(1);

    public long Steps { get; init; } = 200;

    public int Width { get; init; } = 1 << 16;

    public TimeSpan StepTime { get; init; }

    public static FarmOptions? Parse(string[] args, out string problem)
    {
        problem = "usage: farm tasks [--tasks N] [--depth D] [--large BYTES] [--task-time MS] | farm halos [--steps N] [--width CELLS] [--step-time MS]";
        if (args.Length % 2 != 1 || !Enum.TryParse(args[0], ignoreCase: true, out FarmKind kind))
            return null;
        var options = new FarmOptions(kind);
        for (int index = 1; index < args.Length; index += 2)
        {
            if (!int.TryParse(args[index + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            {
                problem = $"farm: {args[index]} {args[index + 1]}: give a whole number that is not negative";
                return null;
            }

            switch (args[index])
            {
                case "--tasks": options = options with { Tasks = value }; break;
                case "--depth": options = options with { Depth = Math.Max(1, value) }; break;
                case "--large": options = options with { LargeBytes = Math.Max(8, value) }; break;
                case "--task-time": options = options with { TaskTime = TimeSpan.FromMilliseconds(value) }; break;
                case "--steps": options = options with { Steps = value }; break;
                case "--width": options = options with { Width = Math.Max(1, value) }; break;
                case "--step-time": options = options with { StepTime = TimeSpan.FromMilliseconds(value) }; break;
                default:
                    problem = $"farm: unknown option {args[index]}\n{problem}";
                    return null;
            }
        }

        return options;
    }
}
