using System;
using System.Runtime.InteropServices;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using MPI;
using MPI.Native;

namespace HpcVirt.Mpi.Resilience.Agreement;

/// <summary>
/// Performs the effects of <see cref="SafePointAgreement"/> with one non-blocking allreduce per exchange. A safe point between two exchanges
/// costs one compare.
/// </summary>
internal sealed unsafe class AgreementDriver : IDisposable
{
    // Four numbers under MAX: somebody wants a checkpoint; somebody wants to stop; the slowest rank's nanoseconds per step; somebody wants the job held.
    private const int Numbers = 4;

    private const int LooksPerStride = 8;

    private readonly BoundedCollectives _collectives;
    private readonly TimeProvider _time;
    private readonly long* _mine;
    private readonly long* _united;

    private AgreementState _state = AgreementState.Initial;
    private nint _request;
    private long _postedAt;
    private long _postedAtPoint;
    private long _nextLook;
    private bool _isPosted;
    private bool _isComplete;

    public AgreementDriver(BoundedCollectives collectives, TimeProvider time)
    {
        _collectives = collectives;
        _time = time;

        // The library reads and writes these while the rank computes: they must not be moved by the garbage collector.
        _mine = (long*)NativeMemory.AllocZeroed(2 * Numbers, sizeof(long));
        _united = _mine + Numbers;
    }

    /// <summary>Whether a safe point was passed.</summary>
    public bool HasBegun => _state.Point > 0;

    /// <summary>Comes to a safe point. Says what is to be done here; the caller does it and then calls <see cref="Post"/> if that is among it.</summary>
    public AgreementEffects Arrive()
    {
        (_state, AgreementEffects effects) = SafePointAgreement.Next(_state, AgreementEvent.Arrived.Instance);
        if ((effects & AgreementEffects.CompleteExchange) == 0)
        {
            if (_isPosted && _state.Point >= _nextLook)
                Look();
            return effects;
        }

        (_state, effects) = SafePointAgreement.Next(_state, Complete());
        return effects;
    }

    /// <summary>Hands this rank's wishes to the next exchange.</summary>
    public void Post(Wishes wishes)
    {
        long now = _time.GetTimestamp();
        long points = Math.Max(1, _state.Point - _postedAtPoint);
        _mine[0] = wishes.Checkpoint ? 1 : 0;
        _mine[1] = wishes.Stop ? 1 : 0;
        _mine[3] = wishes.Hold ? 1 : 0;
        _mine[2] = _postedAt == 0 ? StepTimeUnknown : (long)(_time.GetElapsedTime(_postedAt, now).TotalNanoseconds / points);
        _postedAt = now;
        _postedAtPoint = _state.Point;

        nint request = 0;
        int code = NativeMpi.MPI_Iallreduce(_mine, _united, Numbers, Abi.Table.Datatypes.Int64, Abi.Table.Operations.Max, _collectives.Handle, &request);
        ErrorCheck.ThrowIfFailed(code, "MPI_Iallreduce");
        _request = request;
        _isPosted = true;
        _isComplete = false;
        LookAgainSoon();
    }

    /// <summary>The time of a checkpoint must not count as the time of a step.</summary>
    public void RestartClock() => _postedAt = 0;

    /// <summary>Completes what is outstanding when the loop ends on all ranks alike; what it brings no longer matters.</summary>
    public void Finish()
    {
        if (!_state.IsOutstanding)
            return;
        _ = Complete();
        _state = AgreementState.Initial;
    }

    /// <summary>Frees the numbers, unless the library may still write to them: then they are left to the end of the process.</summary>
    public void Dispose()
    {
        if (!_isPosted)
            NativeMemory.Free(_mine);
    }

    /// <summary>
    /// A collective goes on only while its ranks call MPI. Looked at now and then between two exchanges, it is complete when its result is needed; without,
    /// all ranks would have to be in that call at once, and wait there for the slowest.
    /// </summary>
    private void Look()
    {
        LookAgainSoon();
        if (_isComplete)
            return;
        nint request = _request;
        NativeStatus ignored;
        ErrorCheck.ThrowIfFailed(Progress.Test(ref request, out _isComplete, &ignored), "MPI_Iallreduce");
        _request = request;
    }

    private void LookAgainSoon() => _nextLook = _state.Point + Math.Max(1, _state.Stride / LooksPerStride);

    /// <summary>Long enough that the stride stays one until a real time is known.</summary>
    private static long StepTimeUnknown => (long)TimeSpan.FromSeconds(1).TotalNanoseconds;

    private AgreementEvent.Learned Complete()
    {
        if (!_isComplete)
        {
            nint request = _request;
            _collectives.Await(0, &request, "MPI_Iallreduce");
            _request = request;
        }

        _isPosted = false;
        return new AgreementEvent.Learned(new Wishes(_united[0] != 0, _united[1] != 0, _united[3] != 0), TimeSpan.FromMicroseconds(_united[2] / 1000.0));
    }
}
