namespace HpcVirt.Simulation.Ranks;

/// <summary>Where the library gets hold of a rank.</summary>
internal interface ISafePoints
{
    /// <summary>The program is at a safe point. True when it may go on at once; otherwise it is continued later.</summary>
    bool Reach(int rank);

    /// <summary>The program has ended on a rank.</summary>
    void End(int rank);
}
