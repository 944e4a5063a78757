using System;
using System.Threading;

namespace MPI.Traffic;

/// <summary>
/// Keeps the other threads of the process out of MPI: always where MPI was initialized for one thread, and while the rank is held at a safe point
/// where it was initialized for several. Who may call at any time waits at the gate; who may not is told so.
/// </summary>
internal sealed class CallGate(Threading level, int ownThread) : IDisposable
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    private readonly ManualResetEventSlim _isOpen = new(true);

    /// <summary>The only thread that may call now, or zero.</summary>
    public int OnlyThread { get; private set; } = level is Threading.Single or Threading.Funneled ? ownThread : 0;

    /// <summary>Holds back the other threads.</summary>
    public void Close()
    {
        _isOpen.Reset();
        OnlyThread = ownThread;
    }

    /// <summary>Lets them go on.</summary>
    public void Open()
    {
        OnlyThread = level is Threading.Single or Threading.Funneled ? ownThread : 0;
        _isOpen.Set();
    }

    /// <summary>Called by a thread that may not call now.</summary>
    /// <exception cref="InvalidOperationException">The thread level does not allow the call.</exception>
    public void Await()
    {
        if (level == Threading.Multiple)
        {
            if (!_isOpen.Wait(LongestWait))
                throw new InvalidOperationException($"Thread {Name()} has waited {LongestWait.TotalMinutes} minutes for the rank to leave its safe point. Is the job stuck in a checkpoint?");
            return;
        }

        throw new InvalidOperationException(level == Threading.Serialized
            ? $"Thread {Name()} called MPI while the rank stands at a safe point on thread {ownThread}: with MPI_THREAD_SERIALIZED one thread calls at a time, and a safe point is a call. "
                + "Let the thread finish before the loop's next step, or initialize with Threading.Multiple."
            : $"Thread {Name()} called MPI, which was initialized with {level} for thread {ownThread} alone. Call from that thread, or initialize with a higher thread level.");
    }

    public void Dispose() => _isOpen.Dispose();

    private static string Name() => Thread.CurrentThread.Name is { Length: > 0 } name ? $"'{name}'" : $"{System.Environment.CurrentManagedThreadId}";
}
