namespace HpcVirt.Simulation.Programs;

/// <summary>What a random program is made of.</summary>
internal sealed record RandomProgramOptions
{
    public required int Ranks { get; init; }

    public int Steps { get; init; } = 8;

    public int EventsPerStep { get; init; } = 6;

    public bool IsNumbered { get; init; } = true;

    /// <summary>The mean time that a rank computes in a step; ranks differ by a factor of up to four.</summary>
    public long StepNs { get; init; } = 5_000_000;

    public int SmallBytes { get; init; } = 256;

    public int LargeBytes { get; init; } = 65_536;

    /// <summary>A step in which one rank computes for a very long time; none if negative.</summary>
    public int LateStep { get; init; } = -1;

    public long LateNs { get; init; }

    /// <summary>Whether some collectives are entered before a safe point by some ranks and behind it by others.</summary>
    public bool HasSplitCollectives { get; init; }
}
