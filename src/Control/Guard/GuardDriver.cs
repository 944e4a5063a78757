using System;
using System.Collections.Immutable;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Guard;

/// <summary>
/// Performs what <see cref="GuardProtocol"/> decides. One event at a time, its effects in their order; what takes time runs beside and answers with an event of its own, so that
/// judging goes on while a guest moves.
/// </summary>
internal sealed class GuardDriver(GuardState state, IGuardHands hands) : IDisposable
{
    private const int EventsMax = 1024;

    private readonly System.Threading.Channels.Channel<GuardEvent> _events = System.Threading.Channels.Channel.CreateBounded<GuardEvent>(new BoundedChannelOptions(EventsMax) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _settled = Completed();
    private int _open;

    /// <summary>What the guard knows; read by others only while it is settled or ended.</summary>
    public GuardState State { get; private set; } = state;

    /// <summary>Hands over an event; waits if very many are waiting already.</summary>
    public async Task PostAsync(GuardEvent happened)
    {
        Open();
        await _events.Writer.WriteAsync(happened);
    }

    /// <summary>Waits until all events are handled and everything that was begun has ended.</summary>
    public Task SettledAsync()
    {
        lock (_gate) return _settled.Task;
    }

    /// <summary>Handles events until it is ended by <see cref="EndAsync"/>.</summary>
    /// <exception cref="ControlException">The journal cannot be written.</exception>
    public async Task RunAsync()
    {
        try
        {
            await foreach (GuardEvent happened in _events.Reader.ReadAllAsync())
            {
                (State, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(State, happened);
                foreach (GuardEffect effect in effects) Perform(effect);
                Close();
            }
        }
        catch (Exception e)
        {
            await _stop.CancelAsync();
            // Whoever waits or posts must hear of it, and not wait for ever.
            _ = _events.Writer.TryComplete(e);
            lock (_gate) _settled.TrySetException(e);
            throw;
        }
    }

    /// <summary>Gives up what is under way in good order, waits until its end is written down, and lets <see cref="RunAsync"/> return.</summary>
    public async Task EndAsync()
    {
        await _stop.CancelAsync();
        await SettledAsync();
        _ = _events.Writer.TryComplete();
    }

    public void Dispose() => _stop.Dispose();

    private static TaskCompletionSource Completed()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        done.SetResult();
        return done;
    }

    private void Perform(GuardEffect effect)
    {
        switch (effect)
        {
            case Commit commit: hands.Append(commit.Record); break;
            case Tell tell: hands.Tell(tell); break;
            // Ended, the guard begins nothing: what it has committed to is found out at its next start.
            case Look or Move or Save or Resume or Release when _stop.IsCancellationRequested: break;
            case Forget forget: hands.Forget(forget.Word); break;
            case Look look: Begin(() => hands.LookAsync(look.IsLater, _stop.Token)); break;
            case Move move: Begin(async () => new MoveCame(move.Step.Id, await hands.MoveAsync(move.Step, _stop.Token))); break;
            case Save save:
                Begin(async () =>
                {
                    (bool isDone, TimeSpan took, string remark) = await hands.SaveAsync(save.Step, _stop.Token);
                    return new SaveCame(save.Step.Id, isDone, took, remark);
                });
                break;
            case Resume resume: Begin(() => AsTrouble(hands.ResumeAsync(resume.Guest, _stop.Token))); break;
            case Release: Begin(() => AsTrouble(hands.ReleaseAsync(_stop.Token))); break;
            default: throw new InvalidOperationException($"The guard has no effect {effect.GetType().Name}.");
        }
    }

    private static async Task<GuardEvent> AsTrouble(Task<string?> doing) => new Troubled(await doing);

    private void Begin(Func<Task<GuardEvent>> doing)
    {
        Open();
        _ = Task.Run(async () =>
        {
            try
            {
                GuardEvent came = await doing();
                // The event takes over the count of what was begun.
                await _events.Writer.WriteAsync(came);
            }
            catch (Exception e)
            {
                // Hands answer, and do not throw. A step without an answer would be waited for for ever: the guard ends, and finds out at its next start.
                _ = _events.Writer.TryComplete(e);
            }
        });
    }

    private void Open()
    {
        lock (_gate)
        {
            if (_open++ == 0 && _settled.Task.IsCompletedSuccessfully) _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            if (--_open == 0) _settled.TrySetResult();
        }
    }
}
