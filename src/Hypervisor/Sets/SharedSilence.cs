using System;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>One silence of a job for all of its guests: it begins when the last guest is ready to be saved, and ends when the last one's instant has passed.</summary>
internal sealed class SharedSilence : IDisposable
{
    private readonly SnapshotOptions _options;
    private readonly TimeProvider _time;
    private readonly int _guests;
    private readonly CancellationTokenSource _end;
    private readonly TaskCompletionSource _silent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();

    private int _ready;
    private int _past;
    private long _silentSince;
    private TimeSpan? _heldFor;
    private bool _wasAsked;
    private Task? _releasing;

    public SharedSilence(int guests, SnapshotOptions options, TimeProvider time, CancellationToken cancel)
    {
        (_guests, _options, _time) = (guests, options, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
    }

    /// <summary>Gives the saves up: one has failed, the job does not fall silent, or is held for too long.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>For how long the job was silent; null if it was not, or still is.</summary>
    public TimeSpan? HeldFor
    {
        get
        {
            lock (_lock) return _heldFor;
        }
    }

    /// <summary>A guest is ready; returns when the job is silent.</summary>
    public async Task ReadyAsync(CancellationToken cancel)
    {
        if (Interlocked.Increment(ref _ready) == _guests) await BeginAsync();
        await _silent.Task.WaitAsync(cancel);
    }

    /// <summary>A guest's instant has passed; after the last one's the job is let go on.</summary>
    public void Passed()
    {
        if (Interlocked.Increment(ref _past) == _guests) _ = ReleaseAsync();
    }

    /// <summary>Nobody is to wait for a guest that cannot be saved.</summary>
    public void GiveUp() => _end.Cancel();

    /// <summary>Lets the job go on, once; completes when it has been told to.</summary>
    public Task ReleaseAsync()
    {
        lock (_lock)
        {
            if (!_wasAsked) return Task.CompletedTask;
            if (_releasing is not null) return _releasing;
            if (_silent.Task.IsCompletedSuccessfully) _heldFor = _time.GetElapsedTime(_silentSince);
            _end.CancelAfter(Timeout.InfiniteTimeSpan);
            return _releasing = ReleaseJobAsync();
        }
    }

    public void Dispose() => _end.Dispose();

    /// <summary>A job that was not there to be released may have gone on before: then the states are of no common instant.</summary>
    private async Task ReleaseJobAsync()
    {
        try
        {
            await (_options.ReleaseJob?.Invoke() ?? Task.CompletedTask);
        }
        catch (Exception e)
        {
            throw new HypervisorException($"the job could not be let go on ({e.Message.TrimEnd('.')}). Look after it by hand; there is no set, for it may have gone on before.", e);
        }
    }

    private async Task BeginAsync()
    {
        lock (_lock) _wasAsked = true;
        _end.CancelAfter(_options.HoldDeadline);
        try
        {
            await _options.SilenceJob!(_end.Token).WaitAsync(_end.Token);
            _silentSince = _time.GetTimestamp();
            _ = _silent.TrySetResult();
        }
        catch (Exception e)
        {
            string why = e is OperationCanceledException ? $"it was not silent within {_options.HoldDeadline.TotalSeconds:0.###} s" : e.Message.TrimEnd('.');
            _ = _silent.TrySetException(new HypervisorException($"the job could not be silenced ({why}). Nothing was saved; the job goes on.", e));
        }
    }
}
