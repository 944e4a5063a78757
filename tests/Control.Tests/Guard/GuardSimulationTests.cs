using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>Random fleets, random faults, kills of the guard at random; a checker of its own judges.</summary>
[TestFixture]
[CancelAfter(120_000)]
internal sealed class GuardSimulationTests
{
    private const int Seeds = 600;
    private const int Ticks = 120;

    [Test]
    public void Whatever_happens_no_rule_is_broken_and_every_alarm_gets_an_outcome()
    {
        int moves = 0, kills = 0, inMoves = 0, cases = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                GuardSimulation simulation = Run(seed);
                simulation.Checker.Finish(simulation.Hypervisor);
                moves += simulation.Checker.Moves;
                kills += simulation.Kills;
                inMoves += simulation.KillsInMoves;
                cases += simulation.Journal.OfType<CaseOpened>().Count();
            }
            catch (Exception e) when (e is not AssertionException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }

        TestContext.Out.WriteLine($"{Seeds} seeds: {cases} cases, {moves} moves, {kills} kills of the guard, {inMoves} of them in the middle of a move");
        // A simulation in which nothing happens proves nothing.
        Assert.That((cases > 1000, moves > 1000, kills > 1000, inMoves > 200), Is.EqualTo((true, true, true, true)));
    }

    private static GuardSimulation Run(int seed)
    {
        var random = new Random(seed);
        var policy = new PolicyOptions
        {
            MigrationsPerHourMax = random.Next(1, 5),
            ReserveHosts = random.Next(3),
            AntiAffinity = random.Next(2) == 0 ? [["g0", "g1"], ["g2", "g3", "g4"]] : [],
            OptOut = random.Next(2) == 0 ? ["g5"] : [],
            AmberFrom = 0.2,
            CanSave = random.Next(2) == 0,
            Lead = TimeSpan.FromSeconds(random.Next(5, 2000)),
            Horizon = TimeSpan.FromHours(random.Next(1, 6)),
            AttemptsMax = random.Next(1, 4),
            IntervalMin = TimeSpan.FromMinutes(2),
            LooksMax = 20,
            IsSilenced = random.Next(2) == 0,
        };
        var simulation = new GuardSimulation(policy, random);
        SimulatedHypervisor hypervisor = simulation.Hypervisor;
        string[] hosts = [.. Enumerable.Range(0, random.Next(2, 8)).Select(static i => $"h{i}")];
        hypervisor.Hosts.AddRange(hosts);
        for (int i = 0; i < random.Next(3, 12); i++) hypervisor.Put($"g{i}", FreeHost(hypervisor, $"g{i}", policy, random));
        simulation.Start();
        var firing = new HashSet<string>();
        for (int tick = 0; tick < Ticks; tick++)
        {
            Disturb(simulation, hosts, random);
            if (random.Next(6) == 0) simulation.KillAfter = simulation.Effects + random.Next(12);
            if (random.Next(6) == 0) simulation.KillInMoveAt = simulation.TimeInMoves + random.Next(4);
            simulation.Judge(simulation.NowS + random.Next(30, 900), [.. hosts.Select(host => Judgement(host, firing, random, isCalm: false))]);
            simulation.Settle(random.Next(3) == 0 ? random.Next(1, 6) : 1000);
        }

        // Then everything calms down, and horizons end.
        simulation.KillAfter = null;
        simulation.KillInMoveAt = null;
        for (int tick = 0; tick < 30; tick++)
        {
            simulation.Settle();
            simulation.Judge(simulation.NowS + 1800, [.. hosts.Select(host => Judgement(host, firing, random, isCalm: true))]);
        }

        simulation.Settle();
        return simulation;
    }

    private static HostJudgement Judgement(string host, HashSet<string> firing, Random random, bool isCalm)
    {
        bool was = firing.Contains(host), isFiring = !isCalm && (was ? random.Next(8) > 0 : random.Next(25) == 0);
        if (isFiring) firing.Add(host);
        else firing.Remove(host);
        // A probe that hangs gives no risk; its alert stands as it stood.
        double? risk = random.Next(10) == 0 && !isCalm ? null : isFiring ? 0.3 + (0.6 * random.NextDouble()) : random.Next(6) == 0 && !isCalm ? 0.25 : 0.02 * random.NextDouble();
        return new HostJudgement(host, "node-" + host, new HostHealth(risk, isFiring), isFiring && !was, ["simulated"]);
    }

    private static void Disturb(GuardSimulation simulation, string[] hosts, Random random)
    {
        SimulatedHypervisor hypervisor = simulation.Hypervisor;
        string host = hosts[random.Next(hosts.Length)];
        switch (random.Next(14))
        {
            case 0: hypervisor.Drained.Add(host); break;
            case 1: hypervisor.Drained.Remove(host); break;
            case 2 when !hypervisor.IsMoving && hypervisor.Guests.Count > 0: hypervisor.Put(hypervisor.Guests[random.Next(hypervisor.Guests.Count)], null, GuestState.Absent); break;
            case 3 when !hypervisor.IsMoving && hypervisor.Guests.Count > 0:
                string guest = hypervisor.Guests[random.Next(hypervisor.Guests.Count)];
                if (FreeHost(hypervisor, guest, simulation.State.Policy, random) is { } free) hypervisor.Put(guest, free);
                break;
            case 4 when hypervisor.Guests.Count > 0 && !hypervisor.IsMoving:
                string quiet = hypervisor.Guests[random.Next(hypervisor.Guests.Count)];
                hypervisor.Put(quiet, hypervisor.HostOf(quiet), random.Next(3) switch { 0 => GuestState.Unknown, 1 => GuestState.Paused, _ => GuestState.Running });
                break;
            case 5 when random.Next(4) == 0:
                hypervisor.Fail(host);
                simulation.Post(new HostFailed(simulation.NowS, host, "simulated"));
                break;
            case 6: simulation.Post(new HostChecked(host, random.Next(2) == 0, "an administrator")); break;
            default: break;
        }
    }

    /// <summary>A host that an administrator may put a guest on without breaking a rule himself; null if there is none.</summary>
    private static string? FreeHost(SimulatedHypervisor hypervisor, string guest, PolicyOptions policy, Random random)
    {
        string[] mates = [.. policy.AntiAffinity.Where(group => group.Contains(guest)).SelectMany(static group => group).Where(mate => mate != guest)];
        string[] free = [.. hypervisor.Hosts.Where(host => hypervisor.Guests.Count(one => hypervisor.HostOf(one) == host) < 5 && !hypervisor.Guests.Any(one => mates.Contains(one) && hypervisor.HostOf(one) == host))];
        return free.Length == 0 ? null : free[random.Next(free.Length)];
    }
}
