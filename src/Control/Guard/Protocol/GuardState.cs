using System;
using System.Collections.Immutable;
using System.Linq;

namespace HpcVirt.Control.Guard.Protocol;

/// <summary>Everything the guard's decisions depend on. The upper half is the sum of the journal's records, the lower half is forgotten at a restart.</summary>
internal sealed record GuardState(PolicyOptions Policy)
{
    /// <summary>Most cases that are open at a time; further alerts are told and not acted upon.</summary>
    public const int CasesMax = 1000;

    /// <summary>Most closed cases that are remembered, the newest.</summary>
    public const int ClosedMax = 10_000;

    private const long HourS = 3600;

    /// <summary>Open cases by number.</summary>
    public ImmutableSortedDictionary<int, GuardCase> Cases { get; init; } = ImmutableSortedDictionary<int, GuardCase>.Empty;

    public ImmutableArray<ClosedCase> Closed { get; init; } = [];

    /// <summary>What is being done, or was when the journal ended.</summary>
    public GuardStep? Current { get; init; }

    /// <summary>When moves were begun, of the last hour.</summary>
    public ImmutableArray<long> MovesAtS { get; init; } = [];

    public int LastCase { get; init; }

    public int LastStep { get; init; }

    /// <summary>When the newest checkpoint was made; null: by us, none.</summary>
    public long? SavedAtS { get; init; }

    /// <summary>When a checkpoint was last begun, whatever became of it; null: never.</summary>
    public long? SaveTriedAtS { get; init; }

    /// <summary>How long the newest checkpoint took; null before the first.</summary>
    public TimeSpan? SaveTook { get; init; }

    /// <summary>How fast the newest move was, bytes per second; null before the first.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>Failures of hosts without an alert.</summary>
    public int Missed { get; init; }

    /// <summary>When hosts failed last.</summary>
    public ImmutableSortedDictionary<string, long> FailedAtS { get; init; } = ImmutableSortedDictionary<string, long>.Empty;

    // From here on: forgotten at a restart.

    /// <summary>Now, in seconds since 1970.</summary>
    public long NowS { get; init; }

    /// <summary>Risk and alert of each host.</summary>
    public ImmutableSortedDictionary<string, HostHealth> Health { get; init; } = ImmutableSortedDictionary<string, HostHealth>.Empty;

    /// <summary>The hypervisor was asked and has not answered.</summary>
    public bool IsLooking { get; init; }

    /// <summary>What <see cref="Current"/> was when the journal ended is being found out; how often it is still asked.</summary>
    public int? LooksLeft { get; init; }

    /// <summary>What was told last about a case that waits, so that it is told once.</summary>
    public ImmutableSortedDictionary<int, string> Waits { get; init; } = ImmutableSortedDictionary<int, string>.Empty;

    /// <summary>The hypervisor's trouble that was told last.</summary>
    public string? Trouble { get; init; }

    /// <summary>Where guests were when the hypervisor was asked last.</summary>
    public ImmutableSortedDictionary<string, string> Seen { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Where guests would be, had a dry run moved them.</summary>
    public ImmutableSortedDictionary<string, string> Pretended { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public HostColour ColourOf(string host) => Health.GetValueOrDefault(host).Colour(Policy.AmberFrom);

    public GuardCase? CaseOf(string host) => Cases.Values.FirstOrDefault(one => one.Host == host);

    /// <summary>Moves that were begun within the hour that ends now.</summary>
    public int MovesThisHour => MovesAtS.Count(at => at > NowS - HourS);

    /// <summary>The state after a record.</summary>
    /// <exception cref="FormatException">The record cannot follow what went before: the journal is not one that a guard wrote.</exception>
    public GuardState With(GuardRecord record) => record switch
    {
        CaseOpened opened when opened.Case > LastCase => this with
        {
            LastCase = opened.Case,
            Cases = Cases.Add(opened.Case, new GuardCase(opened.Case, opened.Host, opened.Node, opened.TimeS, opened.HorizonEndsAtS, opened.Risk)),
        },
        MoveBegun begun when Current is null && begun.Step > LastStep && Cases.ContainsKey(begun.Case) => this with
        {
            LastStep = begun.Step,
            Current = new MoveStep(begun.Step, begun.Case, begun.TimeS, begun.Guest, begun.From, begun.To, begun.WasRunning),
            MovesAtS = [.. MovesAtS.Where(at => at > begun.TimeS - HourS), begun.TimeS],
        },
        MoveEnded ended when Current is MoveStep step && step.Id == ended.Step => Ended(step, ended),
        SaveBegun begun when Current is null && begun.Step > LastStep && (begun.Case == 0 || Cases.ContainsKey(begun.Case)) => this with
        {
            LastStep = begun.Step,
            Current = new SaveStep(begun.Step, begun.Case, begun.TimeS),
            SaveTriedAtS = begun.TimeS,
        },
        SaveEnded ended when Current is SaveStep step && step.Id == ended.Step => Ended(step, ended),
        GuestLeft left when Cases.TryGetValue(left.Case, out GuardCase? one) => Replaced(one with { Fates = one.Fates.SetItem(left.Guest, left.IsGone ? GuestFate.Gone : GuestFate.Stays) }),
        CaseActed acted when Cases.TryGetValue(acted.Case, out GuardCase? one) => Replaced(one with { Phase = CasePhase.Watching }),
        FailureSeen seen when seen.Case == 0 => this with { Missed = Missed + 1, FailedAtS = FailedAtS.SetItem(seen.Host, seen.TimeS) },
        FailureSeen seen when Cases.TryGetValue(seen.Case, out GuardCase? one) =>
            (this with { FailedAtS = FailedAtS.SetItem(seen.Host, seen.TimeS) }).Replaced(one with { Verdict = CaseOutcome.HostFailed }),
        VerdictGiven given => Given(given),
        CaseClosed closed when Cases.TryGetValue(closed.Case, out GuardCase? one) && closed.Outcome is not CaseOutcome.Open && Current?.CaseId != one.Id => this with
        {
            Cases = Cases.Remove(one.Id),
            Waits = Waits.Remove(one.Id),
            Closed = [.. Closed.TakeLast(ClosedMax - 1), new ClosedCase(one.Id, one.Host, one.OpenedAtS, closed.TimeS, closed.Outcome, one.Fates.Count(static fate => fate.Value is GuestFate.Moved))],
        },
        _ => throw new FormatException($"{record.GetType().Name} cannot follow what went before"),
    };

    private GuardState Replaced(GuardCase one) => this with { Cases = Cases.SetItem(one.Id, one) };

    private GuardState Ended(MoveStep step, MoveEnded ended)
    {
        GuardState after = this with { Current = null };
        if (ended is { Ending: MoveEnding.Arrived, TookMs: > 0, SentBytes: > 0 }) after = after with { BytesPerSecond = ended.SentBytes / (ended.TookMs / 1000.0) };
        if (!Cases.TryGetValue(step.CaseId, out GuardCase? one)) return after;
        return after.Replaced(ended.Ending switch
        {
            MoveEnding.Failed => one with { Tried = one.Tried.SetItem(step.Guest, [.. one.Tried.GetValueOrDefault(step.Guest, []), step.To]) },
            MoveEnding.BrokenOff => one,
            MoveEnding.Arrived => one with { Fates = one.Fates.SetItem(step.Guest, GuestFate.Moved) },
            MoveEnding.Unclear => one with { Fates = one.Fates.SetItem(step.Guest, GuestFate.Stays) },
            _ => one with { Fates = one.Fates.SetItem(step.Guest, GuestFate.Gone) },
        });
    }

    private GuardState Ended(SaveStep step, SaveEnded ended)
    {
        GuardState after = this with { Current = null };
        // The time counts from the beginning: what was done since is not in it.
        if (ended.IsDone) after = after with { SavedAtS = step.BegunAtS, SaveTook = ended.TookMs > 0 ? TimeSpan.FromMilliseconds(ended.TookMs) : SaveTook };
        return Cases.TryGetValue(step.CaseId, out GuardCase? one) ? after.Replaced(one with { IsSaved = true }) : after;
    }

    private GuardState Given(VerdictGiven given)
    {
        CaseOutcome verdict = given.IsFaulty ? CaseOutcome.FoundFaulty : CaseOutcome.FoundHealthy;
        if (Cases.TryGetValue(given.Case, out GuardCase? one)) return Replaced(one with { Verdict = verdict });
        int at = Closed.ToList().FindIndex(closed => closed.Id == given.Case);
        return at < 0 ? throw new FormatException($"a verdict on case {given.Case}, which is not there") : this with { Closed = Closed.SetItem(at, Closed[at] with { Outcome = verdict }) };
    }
}
