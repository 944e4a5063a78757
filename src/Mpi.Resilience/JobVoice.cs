using System;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// What the library says to people: lines on standard error with a common prefix, from rank 0, so that a program's own output stays its own.
/// </summary>
internal sealed class JobVoice(int rank, TimeProvider time)
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromMinutes(1);

    private string? _lastRepeatable;
    private long _lastRepeatableAt;

    public void Say(string line)
    {
        if (rank == 0)
            Console.Error.WriteLine($"hpcvirt: {line}");
    }

    /// <summary>Says what only this rank knows.</summary>
    public void SayAsRank(string line) => Console.Error.WriteLine($"hpcvirt: rank {rank} {line}");

    /// <summary>Says a line that may come at every step only when it is new, or once a minute.</summary>
    public void SayOnce(string line)
    {
        if (line == _lastRepeatable && time.GetElapsedTime(_lastRepeatableAt) < RepeatAfter)
            return;
        _lastRepeatable = line;
        _lastRepeatableAt = time.GetTimestamp();
        Say(line);
    }
}
