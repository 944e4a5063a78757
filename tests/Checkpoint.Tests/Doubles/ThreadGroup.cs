using System;
using System.Diagnostics;
using System.Linq;
using System.Threading;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>The ranks of a job as threads. Every wait ends at a deadline or when a rank is lost.</summary>
internal sealed class ThreadGroup(int size)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly object _gate = new();
    private byte[][] _arriving = new byte[size][];
    private byte[][] _complete = [];
    private int _arrived;
    private long _round;
    private bool _isBroken;

    public int Size => size;

    public ICheckpointGroup Member(int rank) => new Seat(this, rank);

    /// <summary>A rank is gone: all that wait, and all that would, fail.</summary>
    public void Break()
    {
        lock (_gate)
        {
            _isBroken = true;
            Monitor.PulseAll(_gate);
        }
    }

    private byte[][] Gather(int rank, byte[] mine)
    {
        lock (_gate)
        {
            if (_isBroken) throw new GroupBrokenException("a rank is gone");
            if (_arriving[rank] is not null) throw new InvalidOperationException($"rank {rank} entered twice");
            _arriving[rank] = mine;
            long round = _round;
            if (++_arrived == size)
            {
                _complete = _arriving;
                _arriving = new byte[size][];
                _arrived = 0;
                _round++;
                Monitor.PulseAll(_gate);
                return _complete;
            }

            long startedAt = Stopwatch.GetTimestamp();
            while (_round == round)
            {
                // A round that completed before the break was entered by all, so its result stands.
                if (_isBroken) throw new GroupBrokenException("a rank is gone");
                TimeSpan left = Deadline - Stopwatch.GetElapsedTime(startedAt);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left)) throw new GroupBrokenException("the deadline has passed");
            }

            return _complete;
        }
    }

    private sealed class Seat(ThreadGroup group, int rank) : ICheckpointGroup
    {
        public int Rank => rank;

        public int Size => group.Size;

        public void Barrier() => group.Gather(rank, []);

        public long Minimum(long value) => Numbers(value).Min();

        public long Maximum(long value) => Numbers(value).Max();

        public byte[][] Gather(ReadOnlySpan<byte> mine) => group.Gather(rank, mine.ToArray());

        private long[] Numbers(long value) =>
            [.. group.Gather(rank, BitConverter.GetBytes(value)).Select(static b => BitConverter.ToInt64(b))];
    }
}
