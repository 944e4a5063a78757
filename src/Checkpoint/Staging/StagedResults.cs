using System;
using System.Collections.Generic;
using System.Threading;

namespace HpcVirt.Checkpoint;

/// <summary>What the thread behind the rank has to tell it.</summary>
internal sealed class StagedResults
{
    private const int UntakenMax = 1024;

    private readonly object _gate = new();
    private readonly Queue<TierResult> _untaken = [];
    private long _awaited;
    private SaveResult? _memoryResult;
    private Exception? _failure;

    public void Begin(long version)
    {
        lock (_gate)
        {
            _awaited = version;
            _memoryResult = null;
        }
    }

    public void Add(string tier, SaveResult result, bool isMemory)
    {
        lock (_gate)
        {
            // Nobody has to listen; the newest are of interest then.
            if (_untaken.Count >= UntakenMax) _untaken.Dequeue();
            _untaken.Enqueue(new TierResult(tier, result));
            if (isMemory) _memoryResult = result;
            Monitor.PulseAll(_gate);
        }
    }

    public void Fail(Exception failure)
    {
        lock (_gate)
        {
            _failure = failure;
            Monitor.PulseAll(_gate);
        }
    }

    public IReadOnlyList<TierResult> Take()
    {
        lock (_gate)
        {
            TierResult[] taken = [.. _untaken];
            _untaken.Clear();
            return taken;
        }
    }

    public SaveResult Await(long version)
    {
        lock (_gate)
        {
            if (version != _awaited) throw new CheckpointException($"Version {version} is not the one under way, which is {_awaited}.");
            while (_memoryResult is null && _failure is null) Monitor.Wait(_gate);
            return _memoryResult ?? throw new CheckpointException($"The checkpoint under way was given up: {_failure!.Message}", _failure);
        }
    }
}
