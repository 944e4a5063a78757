namespace HpcVirt.Simulation.Programs;

/// <summary>One call of a simulated program.</summary>
internal readonly record struct Operation(OperationKind Kind)
{
    /// <summary>Matches every source, or every tag.</summary>
    public const int Any = -1;

    /// <summary>No slot: the call waits by itself.</summary>
    public const int NoSlot = -1;

    public int Peer { get; init; }

    public int Tag { get; init; }

    public int Communicator { get; init; }

    public int Bytes { get; init; }

    /// <summary>The name of the request that a non-blocking call starts or a wait completes.</summary>
    public int Slot { get; init; } = NoSlot;

    public long DurationNs { get; init; }

    /// <summary>What is sent, or contributed to a reduction; 0: the program's result so far, scrambled.</summary>
    public ulong Value { get; init; }

    /// <summary>What becomes of the value that is received.</summary>
    public Fold Fold { get; init; }
}

internal enum OperationKind : byte
{
    End,
    SafePoint,
    Compute,
    Send,
    SendImmediate,
    Receive,
    ReceiveImmediate,

    /// <summary>Waits for a matching message and leaves it where it is.</summary>
    Probe,

    /// <summary>Receives the message that a probe has found.</summary>
    ReceiveProbed,

    Wait,
    Barrier,
    Allreduce,
    AllreduceImmediate,
}

/// <summary>How a received value enters the result of a rank's program.</summary>
internal enum Fold : byte
{
    None,

    /// <summary>The result depends on the order.</summary>
    Ordered,

    /// <summary>The result does not: for receives from any source.</summary>
    Sum,
}
