using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>Judges what a guard does from outside: by what is on the disk, what the hypervisor was told, and how hosts looked. It shares no code with the policy.</summary>
internal sealed class GuardChecker
{
    private readonly Dictionary<int, MoveBegun> _intents = [];
    private readonly HashSet<int> _ended = [];
    private readonly HashSet<int> _openSteps = [];
    private readonly Dictionary<int, CaseOpened> _cases = [];
    private readonly HashSet<int> _closed = [];
    private readonly Dictionary<string, HostColour> _colours = [];
    private readonly List<(long AtS, MoveStep Step)> _begun = [];
    private long _nowS;

    public int Moves => _begun.Count;

    public void Time(long nowS) => _nowS = nowS;

    public void Health(string host, HostColour colour) => _colours[host] = colour;

    public void Committed(GuardRecord record)
    {
        switch (record)
        {
            case CaseOpened opened: Assert.That(_cases.TryAdd(opened.Case, opened), Is.True, $"case {opened.Case} was opened twice"); break;
            case CaseClosed closed: Assert.That(_cases.ContainsKey(closed.Case) && _closed.Add(closed.Case), Is.True, $"case {closed.Case} was closed twice, or never opened"); break;
            case MoveBegun begun:
                Assert.That(_openSteps, Is.Empty, "two steps at a time");
                _openSteps.Add(begun.Step);
                _intents.Add(begun.Step, begun);
                break;
            case MoveEnded ended:
                Assert.That(_openSteps.Remove(ended.Step) && _ended.Add(ended.Step), Is.True, $"step {ended.Step} has ended twice, or never begun");
                break;
            case SaveBegun begun: Assert.That(_openSteps.Count == 0 && _openSteps.Add(begun.Step), Is.True, "two steps at a time"); break;
            case SaveEnded ended: Assert.That(_openSteps.Remove(ended.Step), Is.True); break;
            default: break;
        }
    }

    /// <summary>A move is begun, and this is where everything is.</summary>
    public void Begins(MoveStep step, FleetView world, PolicyOptions policy)
    {
        Assert.That(_intents.TryGetValue(step.Id, out MoveBegun? intent) && !_ended.Contains(step.Id), Is.True, $"step {step.Id} was begun without a word on the disk");
        Assert.That((intent!.Guest, intent.To), Is.EqualTo((step.Guest, step.To)));
        Assert.That(_begun.Select(static one => one.Step.Id), Does.Not.Contain(step.Id), $"step {step.Id} was begun twice");
        Assert.That(policy.OptOut, Does.Not.Contain(step.Guest), $"{step.Guest} has opted out");
        Assert.That(world.Drained, Does.Not.Contain(step.To), $"{step.To} is drained");
        Assert.That(_colours.GetValueOrDefault(step.To), Is.EqualTo(HostColour.Green), $"{step.To} is not known to be healthy");
        Assert.That(_colours.GetValueOrDefault(step.From), Is.Not.EqualTo(HostColour.Green), $"{step.From} is healthy, and {step.Guest} was moved away");
        string[] there = [.. world.Guests.Where(guest => guest.Host == step.To).Select(static guest => guest.Name)];
        foreach (string[] group in policy.AntiAffinity.Select(static group => group.ToArray()).Where(group => group.Contains(step.Guest)))
            Assert.That(there.Intersect(group), Is.Empty, $"{step.Guest} was moved to a guest it is kept apart from");
        Assert.That(there, Has.Length.LessThan(6), "no room");
        if (there.Length == 0 && policy.ReserveHosts > 0)
        {
            int empty = world.Hosts.Count(host => world.Guests.All(guest => guest.Host != host.Name) && !world.Drained.Contains(host.Name) && _colours.GetValueOrDefault(host.Name) is HostColour.Green);
            Assert.That(empty - 1, Is.GreaterThanOrEqualTo(policy.ReserveHosts), "the reserve was used");
        }

        _begun.Add((_nowS, step));
        int inTheHour = _begun.Count(one => one.AtS > _nowS - 3600 && one.AtS <= _nowS);
        Assert.That(inTheHour, Is.LessThanOrEqualTo(policy.MigrationsPerHourMax), "more moves in an hour than allowed");
    }

    /// <summary>At the end: everything that was begun has ended, every case has an outcome, and no guest was moved twice for one alert.</summary>
    public void Finish(SimulatedHypervisor hypervisor)
    {
        Assert.That(_openSteps, Is.Empty, "a step has no end");
        Assert.That(_cases.Keys.Except(_closed), Is.Empty, "a case has no outcome");
        var twice = hypervisor.Arrivals.GroupBy(static one => (one.Step.CaseId, one.Step.Guest)).Where(static same => same.Count() > 1);
        Assert.That(twice, Is.Empty, "a guest was moved twice for one alert");
    }
}
