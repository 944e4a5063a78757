using System;
using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>What is to be done next in a case.</summary>
internal abstract record Decision;

/// <summary>Move a guest.</summary>
internal sealed record DecideMove(FleetGuest Guest, string To, string Why) : Decision;

/// <summary>Make a checkpoint first.</summary>
internal sealed record DecideSave(string Why) : Decision;

/// <summary>Leave a guest alone, for good.</summary>
internal sealed record DecideLeave(string Guest, string Why) : Decision;

/// <summary>Nothing now; it is looked at again at the next judgement.</summary>
internal sealed record DecideWait(string Why) : Decision;

/// <summary>No guest is left to decide about.</summary>
internal sealed record DecideDone : Decision;

/// <summary>
/// The policy: pure functions of what is known. The rules, in their order: a guest that opted out stays; one that cannot be moved stays; a move must cost less than the loss it
/// prevents, weighed by the risk; a checkpoint comes first where the lead time is too short, and instead where nothing else is left; the hour's budget binds; the target is
/// <see cref="TargetChoice"/>'s.
/// </summary>
internal static class Policy
{
    /// <summary>Decides.</summary>
    /// <param name="state">What the guard knows.</param>
    /// <param name="one">The case.</param>
    /// <param name="fleet">Where everything is, asked just now.</param>
    public static Decision Decide(GuardState state, GuardCase one, FleetView fleet)
    {
        FleetGuest[] undecided = [.. fleet.Guests.Where(guest => guest.Host == one.Host && !one.Fates.ContainsKey(guest.Name)).OrderBy(static guest => guest.Name, StringComparer.Ordinal)];
        if (undecided.Length == 0) return new DecideDone();
        string? wait = null;
        foreach (FleetGuest guest in undecided)
        {
            switch (Decide(state, one, fleet, guest, undecided))
            {
                case DecideWait later: wait = wait is null ? later.Why : $"{wait}; {later.Why}"; break;
                case var decided: return decided;
            }
        }

        return new DecideWait(wait!);
    }

    /// <summary>What acting saves the job, by expectation, less what it costs: above zero, it pays.</summary>
    /// <param name="state">What the guard knows.</param>
    /// <param name="risk">The probability that the host fails.</param>
    public static TimeSpan Gain(GuardState state, double risk)
    {
        TimeSpan lost = state.SavedAtS is { } at && state.NowS >= at && TimeSpan.FromSeconds(state.NowS - at) < state.Policy.LostWork ? TimeSpan.FromSeconds(state.NowS - at) : state.Policy.LostWork;
        return (risk * (state.Policy.RestartCost + lost)) - state.Policy.MoveCost;
    }

    /// <summary>How long it takes to move guests, one after the other.</summary>
    public static TimeSpan MoveTime(GuardState state, ReadOnlySpan<FleetGuest> guests)
    {
        double bytes = 0;
        foreach (FleetGuest guest in guests) bytes += guest.MemoryBytes;
        return TimeSpan.FromSeconds(Math.Min(bytes / Math.Max(1, state.BytesPerSecond ?? state.Policy.BytesPerSecond), TimeSpan.FromDays(365).TotalSeconds));
    }

    private static Decision Decide(GuardState state, GuardCase one, FleetView fleet, FleetGuest guest, ReadOnlySpan<FleetGuest> undecided)
    {
        PolicyOptions policy = state.Policy;
        if (policy.OptOut.Contains(guest.Name)) return new DecideLeave(guest.Name, "it is never to be moved");
        if (one.Verdict is CaseOutcome.FoundHealthy) return new DecideLeave(guest.Name, "the host was checked and is healthy");
        if (state.Health.TryGetValue(one.Host, out HostHealth health) && !health.IsFiring) return new DecideLeave(guest.Name, "the alert has cleared");
        if (guest.State is GuestState.Failed or GuestState.Absent) return new DecideLeave(guest.Name, "it does not work any more, and cannot be moved");
        if (guest.State is GuestState.Unknown) return new DecideWait($"{guest.Name} does not answer");
        double risk = health.Risk ?? one.Risk;
        TimeSpan gain = Gain(state, risk);
        if (gain <= TimeSpan.Zero)
            return new DecideLeave(guest.Name, $"a move costs {Words.Span(policy.MoveCost)} of the job's time, and at a risk of {Words.Percent(risk)} staying costs {Words.Span(gain + policy.MoveCost)} by expectation");

        bool mayStillSave = policy.CanSave && !one.IsSaved;
        TimeSpan left = policy.Lead - TimeSpan.FromSeconds(Math.Max(0, state.NowS - one.OpenedAtS)), takes = MoveTime(state, undecided);
        if (mayStillSave && takes > left) return new DecideSave($"moving {undecided.Length} guest(s) takes about {Words.Span(takes)}, and {Words.Span(left)} of the lead time are left");
        ImmutableArray<string> tried = one.Tried.GetValueOrDefault(guest.Name, []);
        if (tried.Length >= policy.AttemptsMax)
            return mayStillSave ? new DecideSave($"{guest.Name} could not be moved to {string.Join(", ", tried)}") : new DecideLeave(guest.Name, $"{tried.Length} attempts have failed: {string.Join(", ", tried)}");
        if (state.MovesThisHour >= policy.MigrationsPerHourMax)
        {
            string used = $"the budget of {policy.MigrationsPerHourMax} moves an hour is used up";
            return mayStillSave ? new DecideSave(used) : new DecideWait(used);
        }

        var rules = new TargetRules(policy.AntiAffinity, policy.ReserveHosts, NeedsGreen: true);
        (string? target, ImmutableArray<string> refused) = TargetChoice.Choose(guest, fleet, state.ColourOf, host => state.Health.GetValueOrDefault(host).Risk, rules, tried);
        if (target is not null) return new DecideMove(guest, target, Why(state, target, refused));
        string nowhere = $"no host can take {guest.Name} ({(refused.IsEmpty ? "there is no other" : string.Join("; ", refused))})";
        return mayStillSave ? new DecideSave(nowhere) : new DecideWait(nowhere);
    }

    private static string Why(GuardState state, string target, ImmutableArray<string> refused)
    {
        string chosen = $"{target} has a risk of {Words.Percent(state.Health.GetValueOrDefault(target).Risk ?? 0)}";
        return refused.IsEmpty ? chosen : $"{chosen}; not {string.Join("; not ", refused)}";
    }
}
