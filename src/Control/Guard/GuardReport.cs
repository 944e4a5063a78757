using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Journal;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Guard;

/// <summary>One alarm, for people and programs.</summary>
/// <param name="Case">Its number.</param>
/// <param name="Host">The host.</param>
/// <param name="AlertedAt">When it fired.</param>
/// <param name="Outcome">What became of it, in words.</param>
/// <param name="IsRight">Whether it was right; null while it is open.</param>
/// <param name="MovedGuests">How many guests were moved for it.</param>
public sealed record GuardAlarm(int Case, string Host, DateTimeOffset AlertedAt, string Outcome, bool? IsRight, int MovedGuests);

/// <summary>
/// How the guard has done so far. An alarm is right if its host failed within the horizon, or was found faulty; it is false if the host was found healthy, or the horizon passed. Precision is
/// the share of right alarms among those that are over; recall the share of failures, and of faults that were found in time, that had an alarm. Without any, they are null, not zero.
/// </summary>
public sealed record GuardReport
{
    private GuardReport()
    {
    }

    /// <summary>All alarms that are remembered, the oldest first.</summary>
    public required IReadOnlyList<GuardAlarm> Alarms { get; init; }

    /// <summary>Failures of hosts without an alarm.</summary>
    public required int Missed { get; init; }

    /// <summary>Alarms that are over and were right.</summary>
    public int Right => Alarms.Count(static alarm => alarm.IsRight is true);

    /// <summary>Alarms that are over and were false.</summary>
    public int False => Alarms.Count(static alarm => alarm.IsRight is false);

    /// <summary>Right alarms of all that are over; null without any.</summary>
    public double? Precision => Right + False == 0 ? null : (double)Right / (Right + False);

    /// <summary>Failures and faults with an alarm, of all; null without any.</summary>
    public double? Recall => Right + Missed == 0 ? null : (double)Right / (Right + Missed);

    /// <summary>Reads the journal, and words of administrators that still wait. Changes nothing; a guard may be running.</summary>
    /// <param name="config">The guard's configuration.</param>
    /// <exception cref="ControlException">The journal is damaged.</exception>
    public static GuardReport Read(GuardConfig config)
    {
        GuardState state = GuardJournal.Read(config.JournalFile, config.Policy);
        foreach (HostChecked said in AdminWords.Waiting(config.StateDirectory)) (state, _) = GuardProtocol.Next(state, said);
        return Of(state);
    }

    internal static GuardReport Of(GuardState state) => new()
    {
        Missed = state.Missed,
        Alarms =
        [
            .. state.Closed.Select(static one => Alarm(one.Id, one.Host, one.OpenedAtS, one.Outcome, one.Moved))
                .Concat(state.Cases.Values.Select(static one => Alarm(one.Id, one.Host, one.OpenedAtS, one.Verdict, one.Fates.Count(static fate => fate.Value is GuestFate.Moved))))
                .OrderBy(static alarm => alarm.Case),
        ],
    };

    private static GuardAlarm Alarm(int id, string host, long atS, CaseOutcome outcome, int moved) => new(
        id, host, DateTimeOffset.FromUnixTimeSeconds(atS), Words.Outcome(outcome),
        outcome switch { CaseOutcome.Open => null, CaseOutcome.HostFailed or CaseOutcome.FoundFaulty => true, _ => false }, moved);
}
