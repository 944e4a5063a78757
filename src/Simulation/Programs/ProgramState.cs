namespace HpcVirt.Simulation.Programs;

/// <summary>All that a rank's program knows: what a checkpoint saves of it.</summary>
internal struct ProgramState
{
    /// <summary>Operations begun.</summary>
    public long Counter;

    /// <summary>A digest of all that was received.</summary>
    public ulong Result;

    public ulong LastValue;
    public int LastSource;
    public int LastTag;

    /// <summary>Two numbers whose meaning the program knows.</summary>
    public int First;
    public int Second;

    public void Take(Fold fold, ulong value)
    {
        LastValue = value;
        Result = fold switch
        {
            Fold.Ordered => SeededRandom.Mix(Result ^ value),
            Fold.Sum => Result + SeededRandom.Mix(value),
            _ => Result,
        };
    }
}
