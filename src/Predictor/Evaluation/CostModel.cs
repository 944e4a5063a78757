using System;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>What failures and moves cost, in node-hours of the job that loses them. The defaults are a job on 64 nodes with checkpoints every hour.</summary>
public sealed record CostModel
{
    /// <summary>Nodes of the job that stands still when one of them fails.</summary>
    public int JobNodes { get; init; } = 64;

    /// <summary>Time between checkpoints; half of it is lost with a failure, on average.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Downtime and restart after a failure.</summary>
    public TimeSpan Restart { get; init; } = TimeSpan.FromMinutes(11);

    /// <summary>How long a move silences the job.</summary>
    public TimeSpan Migration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Node-hours lost with one failure that nobody foresaw.</summary>
    public double FailureNodeHours => JobNodes * ((CheckpointInterval.TotalHours / 2) + Restart.TotalHours);

    /// <summary>Node-hours that one move costs.</summary>
    public double MigrationNodeHours => JobNodes * Migration.TotalHours;

    /// <summary>The share of right moves below which moving does not pay.</summary>
    public double BreakEvenPrecision => MigrationNodeHours / FailureNodeHours;

    /// <summary>What is wrong, or null.</summary>
    public string? Problem() => this switch
    {
        { JobNodes: < 1 } => $"JobNodes is {JobNodes}; a job has at least one node.",
        { CheckpointInterval.Ticks: <= 0 } => "CheckpointInterval is not above zero.",
        { Restart.Ticks: < 0 } or { Migration.Ticks: < 0 } => "Restart and Migration are not below zero.",
        _ => null,
    };

    /// <summary>Node-hours that alerts saved: failures caught, less all moves.</summary>
    internal double SavedNodeHours(EventOutcome outcome) => (outcome.Caught * FailureNodeHours) - (outcome.Migrations * MigrationNodeHours);
}
