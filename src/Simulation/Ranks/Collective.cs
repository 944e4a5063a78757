namespace HpcVirt.Simulation.Ranks;

/// <summary>A collective that a rank has entered and that is not complete there.</summary>
internal struct Collective
{
    /// <summary>On which communicator: one of the program's, or one of the library's own.</summary>
    public int Context;

    /// <summary>Its number on that communicator: all ranks must enter the same ones in the same order.</summary>
    public int Number;

    public CollectiveUse Use;

    /// <summary>Its first message was sent.</summary>
    public bool IsBegun;

    /// <summary>Tells one attempt's collective from another's: ranks that enter different ones under one number have lost their order.</summary>
    public int Stamp;

    /// <summary>This rank's place among the members, and their number.</summary>
    public int Index;
    public int Size;

    /// <summary>The round whose message is awaited.</summary>
    public int Round;

    /// <summary>A barrier: the rounds whose message has come.</summary>
    public ulong RoundsCome;

    /// <summary>A reduction: the numbers so far.</summary>
    public int Sums;

    /// <summary>The program's request.</summary>
    public int Request;

    public int Next;
}

/// <summary>What a collective is for.</summary>
internal enum CollectiveUse : byte
{
    ProgramBarrier,
    ProgramReduction,

    /// <summary>All have come, and all bookmarks are taken.</summary>
    Gather,

    /// <summary>The sum over all counters and votes.</summary>
    Proof,

    /// <summary>All have acted.</summary>
    Release,

    /// <summary>The wishes of the safe-point agreement.</summary>
    Exchange,

    /// <summary>All programs have ended.</summary>
    Finish,
}
