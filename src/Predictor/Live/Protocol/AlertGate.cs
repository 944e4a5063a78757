using System;

namespace HpcVirt.Predictor.Live.Protocol;

/// <summary>Where a node's alert stands.</summary>
/// <remarks>
/// <code>
/// Quiet --N breaches in a row--> Firing --M calm samples in a row, and the hold is over--> Quiet
/// </code>
/// </remarks>
public enum AlertPhase
{
    /// <summary>No alert stands.</summary>
    Quiet,

    /// <summary>An alert stands.</summary>
    Firing,
}

/// <summary>The alert of one node. Immutable; <see cref="AlertGate"/> makes the next one.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="InARow">Samples in a row that speak for a change.</param>
/// <param name="SinceS">When the phase began.</param>
public readonly record struct AlertState(AlertPhase Phase, int InARow, long SinceS)
{
    /// <summary>No alert yet.</summary>
    public static AlertState Initial => new(AlertPhase.Quiet, 0, 0);
}

/// <summary>How many samples it takes. Immutable.</summary>
public sealed record GateOptions
{
    /// <summary>Samples at or above the threshold, in a row, that fire an alert.</summary>
    public int ToFire { get; init; } = 2;

    /// <summary>Samples below the threshold, in a row, that clear it.</summary>
    public int ToClear { get; init; } = 4;

    /// <summary>How long an alert stands at least.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>What is wrong, or null.</summary>
    public string? Problem() => this switch
    {
        { ToFire: < 1 } => $"ToFire is {ToFire}; at least one sample fires.",
        { ToClear: < 1 } => $"ToClear is {ToClear}; at least one sample clears.",
        { Hold.Ticks: < 0 } => "Hold is below zero.",
        _ => null,
    };
}

/// <summary>
/// Hysteresis between risk and alert: a pure function of state and sample. A sample that is missing changes nothing: a probe that hangs neither drains a node nor clears its alert.
/// </summary>
public static class AlertGate
{
    /// <summary>The state after a sample.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="timeS">The sample's time, in seconds since 1970.</param>
    /// <param name="risk">The risk; null where there is none.</param>
    /// <param name="threshold">The risk at and above which a sample speaks for an alert.</param>
    /// <param name="options">How many it takes.</param>
    public static AlertState Next(AlertState state, long timeS, double? risk, double threshold, GateOptions options)
    {
        if (risk is not { } known || double.IsNaN(known)) return state;
        bool isBreach = known >= threshold;
        if (state.Phase == AlertPhase.Quiet)
        {
            int breaches = isBreach ? state.InARow + 1 : 0;
            return breaches >= options.ToFire ? new AlertState(AlertPhase.Firing, 0, timeS) : state with { InARow = breaches };
        }

        int calm = isBreach ? 0 : state.InARow + 1;
        bool isHeld = timeS - state.SinceS < options.Hold.TotalSeconds;
        return calm >= options.ToClear && !isHeld ? new AlertState(AlertPhase.Quiet, 0, timeS) : state with { InARow = calm };
    }
}
