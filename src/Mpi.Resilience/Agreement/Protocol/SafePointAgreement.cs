using System;

namespace HpcVirt.Mpi.Resilience.Agreement.Protocol;

/// <summary>
/// How ranks that run at different speeds agree, without stopping, on one safe point at which something is done. Wishes travel in a pipeline of
/// exchanges: at one safe point a rank hands its wishes to a reduction over all ranks and goes on; at the next exchange point it takes the
/// result. All ranks count the same safe points and learn the same results at the same one, so what they learn takes effect there, on all.
/// </summary>
/// <remarks>
/// "Stop at your next safe point" would not do: ranks stand before different safe points when the request comes, and a rank that stopped early
/// would leave another one waiting for its message. Exchanges happen every <see cref="AgreementState.Stride"/> safe points; the stride follows
/// the slowest rank's step time such that a wish is known to all within two steps or 20 ms, whichever is longer.
/// </remarks>
internal static class SafePointAgreement
{
    /// <summary>Half of the latency that a wish may have: it waits at most one stride to be handed in and one to be learned.</summary>
    public static readonly TimeSpan StrideTimeMax = TimeSpan.FromMilliseconds(10);

    /// <summary>A bound on the stride, for loops whose steps take next to no time.</summary>
    public const int StrideMax = 4096;

    /// <summary>The transition function. Pure: the driver performs the effects, and feeds back what an exchange brought.</summary>
    public static (AgreementState State, AgreementEffects Effects) Next(AgreementState state, AgreementEvent happened) => happened switch
    {
        AgreementEvent.Arrived => Arrive(state with { Point = state.Point + 1 }),
        AgreementEvent.Learned learned => Learn(state, learned),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "Unknown event."),
    };

    private static (AgreementState, AgreementEffects) Arrive(AgreementState state)
    {
        if (state.Point < state.NextExchange)
            return (state, AgreementEffects.None);
        return state.IsOutstanding
            ? (state, AgreementEffects.CompleteExchange)
            : (Posted(state), AgreementEffects.PostExchange);
    }

    private static (AgreementState, AgreementEffects) Learn(AgreementState state, AgreementEvent.Learned learned)
    {
        if (!state.IsOutstanding)
            throw new InvalidOperationException("An exchange was learned that was never posted.");
        AgreementEffects actions = learned.Wishes switch
        {
            { Stop: true } => AgreementEffects.Checkpoint | AgreementEffects.Stop,
            { Checkpoint: true } => AgreementEffects.Checkpoint,
            _ => AgreementEffects.None,
        };
        if (learned.Wishes.Hold)
            actions |= AgreementEffects.Hold;
        AgreementState strided = state with { Stride = StrideFor(learned.StepTimeMax) };

        // After a stop nothing may be outstanding: all ranks leave here.
        return learned.Wishes.Stop
            ? (strided with { IsOutstanding = false }, actions)
            : (Posted(strided), actions | AgreementEffects.PostExchange);
    }

    private static AgreementState Posted(AgreementState state) => state with { IsOutstanding = true, NextExchange = state.Point + state.Stride };

    private static int StrideFor(TimeSpan stepTime) =>
        stepTime <= TimeSpan.Zero ? StrideMax : (int)Math.Clamp(StrideTimeMax / stepTime, 1, StrideMax);
}

/// <summary>Where a rank stands in the agreement.</summary>
/// <param name="Point">Safe points reached so far.</param>
/// <param name="NextExchange">The safe point at which wishes are exchanged next.</param>
/// <param name="Stride">Safe points from one exchange to the next.</param>
/// <param name="IsOutstanding">Whether an exchange was posted and not completed.</param>
internal readonly record struct AgreementState(long Point, long NextExchange, int Stride, bool IsOutstanding)
{
    /// <summary>Before the first safe point: exchange at once, and again at the next, until the step time is known.</summary>
    public static AgreementState Initial => new(Point: 0, NextExchange: 1, Stride: 1, IsOutstanding: false);
}

/// <summary>What ranks may wish for. Wishes of all ranks are united: one rank's wish is everybody's.</summary>
internal readonly record struct Wishes(bool Checkpoint, bool Stop, bool Hold = false);

/// <summary>What happens to a rank in the agreement.</summary>
internal abstract record AgreementEvent
{
    private AgreementEvent()
    {
    }

    /// <summary>The rank came to a safe point.</summary>
    public sealed record Arrived : AgreementEvent
    {
        public static Arrived Instance { get; } = new();
    }

    /// <summary>The outstanding exchange is complete: the united wishes, and the step time of the slowest rank.</summary>
    public sealed record Learned(Wishes Wishes, TimeSpan StepTimeMax) : AgreementEvent;
}

/// <summary>What the driver has to do, in this order: complete the exchange; act; post the next exchange with fresh wishes.</summary>
[Flags]
internal enum AgreementEffects
{
    None = 0,

    /// <summary>Wait for the outstanding exchange and feed <see cref="AgreementEvent.Learned"/> back.</summary>
    CompleteExchange = 1,

    /// <summary>Checkpoint, here and now, on all ranks.</summary>
    Checkpoint = 2,

    /// <summary>Leave the loop, here and now, on all ranks.</summary>
    Stop = 4,

    /// <summary>Hand this rank's wishes to the next exchange.</summary>
    PostExchange = 8,

    /// <summary>Fall silent, here and now, on all ranks, until somebody outside is done.</summary>
    Hold = 16,
}
