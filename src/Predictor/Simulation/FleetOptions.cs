using System;

namespace HpcVirt.Predictor.Simulation;

/// <summary>The fleet that the simulator makes. Immutable.</summary>
public sealed record FleetOptions
{
    /// <summary>The number of nodes.</summary>
    public int Nodes { get; init; } = 120;

    /// <summary>How long the fleet is watched.</summary>
    public TimeSpan Span { get; init; } = TimeSpan.FromDays(240);

    /// <summary>Time between two readings of a node.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The horizon that the periods and the oracle are made for.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The step of the grid of points.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromHours(3);

    /// <summary>The seed of everything.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>The first moment.</summary>
    public DateTimeOffset Start { get; init; } = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What is wrong, or null.</summary>
    public string? Problem() => this switch
    {
        { Nodes: < 2 or > 100_000 } => $"The number of nodes is {Nodes}; it is from 2 to 100000.",
        { Interval.TotalSeconds: < 1 } => "The interval is below a second.",
        { Step.TotalSeconds: < 1 } => "The step is below a second.",
        { Horizon.TotalSeconds: < 60 } => "The horizon is below a minute.",
        _ when Step.Ticks % Interval.Ticks != 0 => "The step is no multiple of the interval; points would fall between readings.",
        _ when Span < 20 * Horizon => "The span is below 20 horizons; training, validation and test do not fit.",
        _ => null,
    };
}
