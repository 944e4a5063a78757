using System;
using System.Collections.Immutable;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>What the guard weighs, and what binds it. Immutable; docs/operating/guard.md explains each.</summary>
internal sealed record PolicyOptions
{
    /// <summary>Most moves that are begun within any hour.</summary>
    public int MigrationsPerHourMax { get; init; } = 6;

    /// <summary>How many healthy hosts without guests are to stay so.</summary>
    public int ReserveHosts { get; init; }

    /// <summary>Groups of guests of which no two may be on one host.</summary>
    public ImmutableArray<ImmutableArray<string>> AntiAffinity { get; init; } = [];

    /// <summary>Guests that are never moved.</summary>
    public ImmutableSortedSet<string> OptOut { get; init; } = [];

    /// <summary>The risk from which a host is amber.</summary>
    public double AmberFrom { get; init; } = 0.1;

    /// <summary>The model's horizon: within it an alarm proves right or false.</summary>
    public TimeSpan Horizon { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How much time there is to act from an alert on.</summary>
    public TimeSpan Lead { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>What it takes to bring the job back after a loss.</summary>
    public TimeSpan RestartCost { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The work that a loss costs; less, if a checkpoint of ours is younger.</summary>
    public TimeSpan LostWork { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What a move costs the job.</summary>
    public TimeSpan MoveCost { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How fast a move is until one was measured, bytes per second.</summary>
    public double BytesPerSecond { get; init; } = 100 << 20;

    /// <summary>How many hosts are tried for one guest.</summary>
    public int AttemptsMax { get; init; } = 3;

    /// <summary>A checkpoint can be asked for.</summary>
    public bool CanSave { get; init; }

    /// <summary>What a checkpoint costs until one was measured.</summary>
    public TimeSpan SaveCost { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least time between two checkpoints while risk is raised.</summary>
    public TimeSpan IntervalMin { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most time between two checkpoints while risk is raised.</summary>
    public TimeSpan IntervalMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>A move silences the job: it must be released if the guard dies half way.</summary>
    public bool IsSilenced { get; init; }

    /// <summary>How often the hypervisor is asked after a restart about a move that is still under way.</summary>
    public int LooksMax { get; init; } = 600;

    /// <summary>Say what would be done, and change nothing.</summary>
    public bool IsDryRun { get; init; }
}
