using System;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Control.Guard;

/// <summary>One at a time speaks with the hypervisor: a guest's socket has one owner, and a look in the middle of a move would find it silent, or make the move fail.</summary>
internal sealed class BackendTurn : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Waits for the turn; disposing of what is returned gives it back.</summary>
    public async Task<IDisposable> TakeAsync(CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        return new Taken(_turn);
    }

    /// <summary>Takes the turn if nobody has it; null otherwise.</summary>
    public IDisposable? TryTake() => _turn.Wait(0) ? new Taken(_turn) : null;

    public void Dispose() => _turn.Dispose();

    private sealed class Taken(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
