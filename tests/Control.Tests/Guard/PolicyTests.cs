using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>The policy as a table: what is known, and what is decided.</summary>
[TestFixture]
internal sealed class PolicyTests
{
    private static readonly PolicyOptions Saving = Fleet.Policy with { CanSave = true };

    private static IEnumerable<TestCaseData> Table()
    {
        yield return Row("the emptiest of equal hosts takes it", Fleet.RedA(), Fleet.Of("vm1@a", "vm2@b", "vm3@c"), "move vm1 to d");
        yield return Row("less risk comes before more room", Healthy("d", 0.03), Fleet.Of("vm1@a", "vm2@b", "vm3@c"), "move vm1 to b");
        yield return Row("risks of the same percent are equal", Healthy("d", 0.0149), Fleet.Of("vm1@a", "vm2@b", "vm3@c"), "move vm1 to d");
        yield return Row("guests go one after the other, by name", Fleet.RedA(), Fleet.Of("vm2@a", "vm1@a"), "move vm1 to b");
        yield return Row("a guest that was decided about is not decided about again", Decided("vm1"), Fleet.Of("vm1@a", "vm2@a"), "move vm2 to b");
        yield return Row("nothing is left", Fleet.RedA(), Fleet.Of("vm1@b"), "done");
        yield return Row("one that opted out stays", Fleet.RedA(Fleet.Policy with { OptOut = ["vm1"] }), Fleet.Of("vm1@a"), "leave vm1: never to be moved");
        yield return Row("a drained host takes none", Fleet.RedA(), Fleet.Of("vm1@a") with { Drained = ["b", "c", "d"] }, "wait: drained by an administrator");
        yield return Row("an amber host takes none", Healthy("d", 0.2), Fleet.Of("vm1@a", "vm2@b", "vm3@c"), "move vm1 to b");
        yield return Row("a red host takes none", Fleet.RedA() with { Health = Fleet.RedA().Health.With("b", 0.5, true).With("c", 0.5, true).With("d", 0.01, true) }, Fleet.Of("vm1@a"), "wait: d: an alert stands there");
        yield return Row("a host that nothing is known of takes none", Fleet.RedA() with { Health = Fleet.RedA().Health.With("b", null).With("c", null).With("d", null) }, Fleet.Of("vm1@a"), "wait: nothing is known of its health");
        yield return Row("an alert whose newest sample is missing still stands", Fleet.RedA() with { Health = Fleet.RedA().Health.With("a", null, true) }, Fleet.Of("vm1@a"), "move vm1 to b");
        yield return Row("an alert that has cleared moves nothing", Fleet.RedA() with { Health = Fleet.RedA().Health.With("a", 0.01) }, Fleet.Of("vm1@a"), "leave vm1: cleared");
        yield return Row("anti-affinity", Fleet.RedA(Fleet.Policy with { AntiAffinity = [["vm1", "vm2"]] }), Fleet.Of("vm1@a", "vm2@b", "vm3@c", "vm4@d", "vm5@c"), "move vm1 to d");
        yield return Row("anti-affinity everywhere", Fleet.RedA(Fleet.Policy with { AntiAffinity = [["vm1", "vm2", "vm3", "vm4"]] }), Fleet.Of("vm1@a", "vm2@b", "vm3@c", "vm4@d"), "wait: vm2 is there, and the two are kept apart");
        yield return Row("the reserve stays empty", Fleet.RedA(Fleet.Policy with { ReserveHosts = 1 }), Fleet.Of("vm1@a", "vm2@b", "vm3@c"), "move vm1 to b");
        yield return Row("two empty hosts and a reserve of one: one may be used", Fleet.RedA(Fleet.Policy with { ReserveHosts = 1 }), Fleet.Of("vm1@a", "vm2@b"), "move vm1 to c");
        yield return Row("no room for another guest", Fleet.RedA(), Room(guestsMax: 1, memoryMiB: null, "vm1@a", "vm2@b", "vm3@c", "vm4@d"), "wait: may hold 1");
        yield return Row("no memory for it", Fleet.RedA(), Room(guestsMax: null, memoryMiB: 1500, "vm1@a", "vm2@b", "vm3@c", "vm4@d"), "wait: it has 476 MiB free, and the guest takes 1024");
        yield return Row("a processor that lacks something", Fleet.RedA(), Misfit("vm1@a"), "move vm1 to d");
        yield return Row("the budget is used up", Fleet.RedA(Fleet.Policy with { MigrationsPerHourMax = 2 }) with { MovesAtS = [Fleet.Noon - 3599, Fleet.Noon - 10] }, Fleet.Of("vm1@a"), "wait: budget of 2 moves an hour");
        yield return Row("an hour later it is not", Fleet.RedA(Fleet.Policy with { MigrationsPerHourMax = 2 }) with { MovesAtS = [Fleet.Noon - 3600, Fleet.Noon - 10] }, Fleet.Of("vm1@a"), "move vm1 to b");
        yield return Row("a move that costs more than it saves is not made", Fleet.RedA(Fleet.Policy with { MoveCost = TimeSpan.FromMinutes(25) }), Fleet.Of("vm1@a"), "leave vm1: a move costs 25 min");
        yield return Row("a move that costs a little less is made", Fleet.RedA(Fleet.Policy with { MoveCost = TimeSpan.FromMinutes(23) }), Fleet.Of("vm1@a"), "move vm1 to b");
        yield return Row("what was saved just now is not lost", Fleet.RedA(Fleet.Policy with { MoveCost = TimeSpan.FromMinutes(23) }) with { SavedAtS = Fleet.Noon }, Fleet.Of("vm1@a"), "leave vm1: a move costs 23 min");
        yield return Row("a host that somebody found healthy is not left", Verdict(CaseOutcome.FoundHealthy), Fleet.Of("vm1@a"), "leave vm1: checked and is healthy");
        yield return Row("too little time: a checkpoint first", Fleet.RedA(Saving with { Lead = TimeSpan.FromSeconds(10) }), Fleet.Of("vm1@a"), "save: of the lead time are left");
        yield return Row("too little time for all of them, though there is for one", Fleet.RedA(Saving with { Lead = TimeSpan.FromSeconds(15) }), Fleet.Of("vm1@a", "vm2@a"), "save: moving 2 guest(s)");
        yield return Row("a measured speed counts, not the assumed one", Fleet.RedA(Saving with { Lead = TimeSpan.FromSeconds(10) }) with { BytesPerSecond = 1 << 30 }, Fleet.Of("vm1@a"), "move vm1 to b");
        yield return Row("after the checkpoint it moves all the same", Saved(Fleet.RedA(Saving with { Lead = TimeSpan.FromSeconds(10) })), Fleet.Of("vm1@a"), "move vm1 to b");
        yield return Row("nowhere to go: a checkpoint", Fleet.RedA(Saving), Fleet.Of("vm1@a") with { Drained = ["b", "c", "d"] }, "save: no host can take vm1");
        yield return Row("the budget is used up: a checkpoint", Fleet.RedA(Saving with { MigrationsPerHourMax = 0 }), Fleet.Of("vm1@a"), "save: budget of 0");
        yield return Row("a host that has failed to take it is not tried again", Tried("b"), Fleet.Of("vm1@a"), "move vm1 to c");
        yield return Row("three failures are enough", Tried("b", "c", "d"), Fleet.Of("vm1@a"), "leave vm1: 3 attempts have failed");
        yield return Row("a guest that does not answer is waited for, and the next one moves", Fleet.RedA(), Silent("vm1@a", "vm2@a"), "move vm2 to b");
        yield return Row("a guest that has failed stays", Fleet.RedA(), Conditioned(GuestState.Failed, "vm1@a"), "leave vm1: cannot be moved");
    }

    [TestCaseSource(nameof(Table))]
    public void What_is_known_decides(GuardState state, FleetView fleet, string expected)
    {
        string[] parts = expected.Split(": ", 2);
        string said = Fleet.Decide(state, fleet) switch
        {
            DecideMove move => $"move {move.Guest.Name} to {move.To}: {move.Why}",
            DecideSave save => $"save: {save.Why}",
            DecideLeave leave => $"leave {leave.Guest}: {leave.Why}",
            DecideWait wait => $"wait: {wait.Why}",
            _ => "done",
        };
        Assert.That(said, Does.StartWith(parts[0]));
        if (parts.Length > 1) Assert.That(said, Does.Contain(parts[1]));
    }

    [TestCase(0.2, 10, 3600, 623, TestName = "Checkpoints_come_closer_as_risk_rises(a fifth within an hour)")]
    [TestCase(0.9, 10, 3600, 177, TestName = "Checkpoints_come_closer_as_risk_rises(nine tenths)")]
    public void Checkpoints_come_closer_as_risk_rises(double risk, int costS, int horizonS, int expectedS)
    {
        PolicyOptions policy = Fleet.Policy with { SaveCost = TimeSpan.FromSeconds(costS), Horizon = TimeSpan.FromSeconds(horizonS), IntervalMin = TimeSpan.FromSeconds(1), IntervalMax = TimeSpan.FromHours(2) };
        GuardState state = new GuardState(policy) with { Health = ImmutableSortedDictionary<string, HostHealth>.Empty.With("a", risk).With("b", 0.01) };
        // T = sqrt(2 C H / -ln(1 - p)); what green hosts add is left out.
        double seconds = Math.Sqrt(2 * costS * horizonS / -Math.Log(1 - risk));
        Assert.That(SaveInterval.Of(state)!.Value.TotalSeconds, Is.EqualTo(seconds).Within(1e-6));
        Assert.That(seconds, Is.EqualTo(expectedS).Within(60), "the figure by hand");
    }

    [Test]
    public void While_all_hosts_are_green_or_silent_the_jobs_own_interval_holds() =>
        Assert.That(SaveInterval.Of(new GuardState(Fleet.Policy) with { Health = ImmutableSortedDictionary<string, HostHealth>.Empty.With("a", null).With("b", 0.01) }), Is.Null);

    [Test]
    public void The_interval_has_bounds()
    {
        PolicyOptions policy = Fleet.Policy with { IntervalMin = TimeSpan.FromMinutes(5), IntervalMax = TimeSpan.FromMinutes(6), SaveCost = TimeSpan.FromSeconds(1) };
        GuardState Risk(double risk) => new GuardState(policy) with { Health = ImmutableSortedDictionary<string, HostHealth>.Empty.With("a", risk, true) };
        Assert.That(SaveInterval.Of(Risk(1)), Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(SaveInterval.Of(Risk(0.0001)), Is.EqualTo(TimeSpan.FromMinutes(6)));
    }

    private static TestCaseData Row(string name, GuardState state, FleetView fleet, string expected) => new TestCaseData(state, fleet, expected).SetArgDisplayNames(name);

    private static GuardState Healthy(string host, double risk) => Fleet.RedA() with { Health = Fleet.RedA().Health.With(host, risk) };

    private static GuardState Change(GuardState state, Func<GuardCase, GuardCase> change) => state with { Cases = state.Cases.SetItem(1, change(state.Cases[1])) };

    private static GuardState Decided(string guest) => Change(Fleet.RedA(), one => one with { Fates = one.Fates.Add(guest, GuestFate.Moved) });

    private static GuardState Verdict(CaseOutcome verdict) => Change(Fleet.RedA(), one => one with { Verdict = verdict });

    private static GuardState Saved(GuardState state) => Change(state, static one => one with { IsSaved = true });

    private static GuardState Tried(params string[] hosts) => Change(Fleet.RedA(), one => one with { Tried = one.Tried.Add("vm1", [.. hosts]) });

    private static FleetView Room(int? guestsMax, int? memoryMiB, params string[] guests)
    {
        FleetView fleet = Fleet.Of(guests);
        return fleet with { Hosts = [.. System.Linq.Enumerable.Select(fleet.Hosts, host => host with { GuestsMax = guestsMax, MemoryBytes = (long?)memoryMiB << 20 })] };
    }

    private static FleetView Misfit(string guest)
    {
        FleetView fleet = Fleet.Of(guest);
        return fleet with { Guests = [fleet.Guests[0] with { Misfits = ImmutableSortedDictionary<string, string>.Empty.Add("b", "its processor lacks avx2").Add("c", "its processor lacks avx2") }] };
    }

    private static FleetView Silent(string silent, params string[] others)
    {
        FleetView fleet = Fleet.Of([silent, .. others]);
        return fleet with { Guests = fleet.Guests.SetItem(0, fleet.Guests[0] with { State = GuestState.Unknown }) };
    }

    private static FleetView Conditioned(GuestState state, string guest) => Fleet.Of(guest) with { Guests = [Fleet.Of(guest).Guests[0] with { State = state }] };
}
