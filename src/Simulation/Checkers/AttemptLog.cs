using System.Collections.Generic;

namespace HpcVirt.Simulation.Checkers;

/// <summary>When an attempt began and how it ended, over all ranks.</summary>
internal sealed class AttemptRecord
{
    public int Attempt { get; init; }

    public long FirstArrivalNs { get; init; }

    public long LastArrivalNs { get; set; }

    public long FirstActNs { get; set; } = -1;

    public long LastActNs { get; set; } = -1;

    public long ReleasedNs { get; set; } = -1;

    /// <summary>Ranks that voted no, by the sum; negative until it is known.</summary>
    public long Noes { get; set; } = -1;

    public bool IsSilent { get; set; }

    public int Acted { get; set; }

    public int Ended { get; set; }

    /// <summary>The safe point at which ranks acted.</summary>
    public long Point { get; set; } = -1;

    public long CapturedMessages { get; set; }
}

/// <summary>The attempts of a job, in order.</summary>
internal sealed class AttemptLog
{
    private readonly List<AttemptRecord> _records = [];

    public IReadOnlyList<AttemptRecord> All => _records;

    public AttemptRecord Of(int attempt, long nowNs)
    {
        while (_records.Count < attempt)
            _records.Add(new AttemptRecord { Attempt = _records.Count + 1, FirstArrivalNs = nowNs, LastArrivalNs = nowNs });
        return _records[attempt - 1];
    }

    public void Arrived(int attempt, long nowNs) => Of(attempt, nowNs).LastArrivalNs = nowNs;
}
