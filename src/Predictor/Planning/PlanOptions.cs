using System;

namespace HpcVirt.Predictor.Planning;

/// <summary>What a plan is made for. Immutable.</summary>
public sealed record PlanOptions
{
    /// <summary>Mean time between failures of the whole job.</summary>
    public required TimeSpan Mtbf { get; init; }

    /// <summary>How long a checkpoint holds the job up.</summary>
    public required TimeSpan Checkpoint { get; init; }

    /// <summary>How long a restart takes, reading the checkpoint included.</summary>
    public required TimeSpan Restart { get; init; }

    /// <summary>How long the job is down before a restart can begin.</summary>
    public TimeSpan Downtime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of failures that are predicted in time.</summary>
    public double Recall { get; init; }

    /// <summary>The share of predictions that come true.</summary>
    public double Precision { get; init; } = 1;

    /// <summary>How long a move away from a node holds the job up.</summary>
    public TimeSpan Migration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much work the simulated job has, in mean times between failures.</summary>
    public double SimulatedWork { get; init; } = 40;

    /// <summary>How many jobs are simulated.</summary>
    public int Simulations { get; init; } = 400;

    /// <summary>The seed of the simulation.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>What is wrong, or null.</summary>
    public string? Problem() => this switch
    {
        { Mtbf.Ticks: <= 0 } => "The MTBF is not above zero.",
        { Checkpoint.Ticks: <= 0 } => "The checkpoint's cost is not above zero; a checkpoint that costs nothing needs no plan.",
        { Restart.Ticks: < 0 } or { Downtime.Ticks: < 0 } or { Migration.Ticks: < 0 } => "Restart, downtime and migration are not below zero.",
        { Recall: not (>= 0 and < 1) } => $"The recall is {Recall}; it is at least 0 and below 1.",
        { Precision: not (> 0 and <= 1) } => $"The precision is {Precision}; it is above 0 and at most 1.",
        _ when Checkpoint + Restart + Downtime >= Mtbf => "Checkpoint, restart and downtime together take as long as the time between failures: no interval keeps such a job going. Make checkpoints cheaper, or the job smaller.",
        { Simulations: < 2 or > 1_000_000 } => $"Simulations is {Simulations}; it is from 2 to 1000000.",
        _ => null,
    };
}
