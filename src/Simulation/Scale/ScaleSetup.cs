using HpcVirt.Simulation.Programs;
using HpcVirt.Simulation.Runs;

namespace HpcVirt.Simulation.Scale;

/// <summary>A job of many ranks that is asked for silence once, while it computes and exchanges.</summary>
internal sealed record ScaleSetup
{
    private const int Steps = 4;
    private const long StepNs = 2_000_000;
    private const int TasksPerRank = 6;
    private const long DeadlineNs = 1_000_000_000;

    public required int Ranks { get; init; }

    public required long Seed { get; init; }

    public Traffic Traffic { get; init; } = Traffic.Neighbours;

    /// <summary>Of the torus that neighbours stand in.</summary>
    public int Dimensions { get; init; } = 2;

    public int Attempts { get; init; } = 3;

    /// <summary>About when the job ends, for a progress bar.</summary>
    public long ExpectedEndNs => Traffic == Traffic.Farm ? (TasksPerRank + 2) * StepNs : Steps * StepNs * 5 / 4;

    public JobSetup ToJob()
    {
        var random = new SeededRandom((ulong)Seed);
        IProgram program = Traffic switch
        {
            Traffic.Random => new ShiftProgram(Ranks, Steps, StepNs, random.Next()),
            Traffic.Farm => new FarmProgram(Ranks, TasksPerRank * Ranks, StepNs, answerBytes: 8192),
            _ => new NeighbourProgram(Ranks, Dimensions, Steps, StepNs),
        };
        return new JobSetup
        {
            Program = program,
            Seed = random.Next(),
            DeadlineNs = program.IsNumbered ? DeadlineNs : DeadlineNs / 10,
            PatienceNs = StepNs,
            AttemptsMax = Attempts,
            Requests = [new TimedRank(1 + (StepNs * random.Below(100) / 100), random.Below(Ranks))],
            IsCalm = program.IsNumbered,
            IsRecorded = false,
        };
    }
}

/// <summary>Who sends to whom.</summary>
internal enum Traffic
{
    Neighbours,
    Random,
    Farm,
}
