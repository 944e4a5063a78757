using System;
using System.Threading;

namespace HpcVirt.Checkpoint;

/// <summary>
/// The thread behind a rank, and its one place to hand work over. At most one checkpoint is under way: the rank that comes with the next one
/// waits, visibly, instead of piling up memory.
/// </summary>
internal sealed class CommitLine : IDisposable
{
    private readonly object _gate = new();
    private readonly Thread _thread;
    private Action? _job;
    private Exception? _failure;
    private bool _isBusy;
    private bool _isWanted;
    private bool _isClosed;

    public CommitLine()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "checkpoint" };
        _thread.Start();
    }

    /// <summary>Whether nobody waits for this thread.</summary>
    public bool IsLeisure => !Volatile.Read(ref _isWanted);

    /// <summary>Waits until nothing is under way, and rethrows what ended the thread.</summary>
    public void AwaitIdle()
    {
        lock (_gate)
        {
            Volatile.Write(ref _isWanted, true);
            while (_isBusy && _failure is null) Monitor.Wait(_gate);
            Volatile.Write(ref _isWanted, false);
            if (_failure is not null)
                throw new CheckpointException($"The checkpoint under way was given up: {_failure.Message}", _failure);
        }
    }

    /// <summary>Gives the thread something to do. Nothing may be under way.</summary>
    public void Hand(Action job)
    {
        lock (_gate)
        {
            _job = job;
            _isBusy = true;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Volatile.Write(ref _isWanted, true);
            Monitor.PulseAll(_gate);
        }

        _thread.Join(TimeSpan.FromSeconds(5));
    }

    private void Run()
    {
        while (true)
        {
            Action? job;
            lock (_gate)
            {
                while (_job is null && !_isClosed) Monitor.Wait(_gate);
                if (_isClosed) return;
                (job, _job) = (_job!, null);
            }

            Exception? failure = null;
            try
            {
                job();
            }
            catch (Exception e)
            {
                // Without the other ranks nothing can be committed any more; the rank's thread learns of it at its next checkpoint.
                failure = e;
            }

            lock (_gate)
            {
                _isBusy = false;
                _failure ??= failure;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
