using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>A hypervisor that outlives guards: what was begun on it goes on, or breaks, whether anybody still waits for the answer or not.</summary>
internal sealed class SimulatedHypervisor(Random random)
{
    private readonly SortedDictionary<string, (string? Host, GuestState State)> _guests = [];
    private (MoveStep Step, MoveEnding Ends, int StepsLeft)? _moving;

    public List<string> Hosts { get; } = [];

    public SortedSet<string> Drained { get; } = [];

    /// <summary>Every guest that has arrived somewhere by a guard's move: the step, and where everything was at that moment.</summary>
    public List<(MoveStep Step, FleetView Before)> Arrivals { get; } = [];

    public List<MoveStep> Starts { get; } = [];

    public bool IsMoving => _moving is not null;

    public string? HostOf(string guest) => _guests[guest].Host;

    public void Put(string guest, string? host, GuestState state = GuestState.Running) => _guests[guest] = (host, state);

    public IReadOnlyList<string> Guests => [.. _guests.Keys];

    public FleetView View() => new(
        [
            .. _guests.Select(one => new FleetGuest(one.Key, one.Value.Host, one.Value.State, 1 << 30)
            {
                ArrivingOn = _moving is { } moving && moving.Step.Guest == one.Key ? moving.Step.To : null,
            }),
        ],
        [.. Hosts.Select(static name => new FleetHost(name, GuestsMax: 6))], [.. Drained]);

    /// <summary>Begins a move. It is over after some calls of <see cref="Pass"/>.</summary>
    public void Begin(MoveStep step)
    {
        if (_moving is not null) throw new InvalidOperationException($"step {step.Id} was begun while step {_moving.Value.Step.Id} is under way");
        Starts.Add(step);
        MoveEnding ends = _guests[step.Guest].Host != step.From ? MoveEnding.Failed : random.Next(10) switch { < 6 => MoveEnding.Arrived, < 9 => MoveEnding.Failed, _ => MoveEnding.Lost };
        _moving = (step, ends, random.Next(1, 7));
    }

    /// <summary>Time passes. The end of a move that has ended now, or null.</summary>
    public (int Step, MoveResult Result)? Pass()
    {
        if (_moving is not { } moving) return null;
        _moving = moving with { StepsLeft = moving.StepsLeft - 1 };
        if (moving.StepsLeft > 1) return null;
        _moving = null;
        if (moving.Ends is MoveEnding.Arrived)
        {
            Arrivals.Add((moving.Step, View()));
            Put(moving.Step.Guest, moving.Step.To);
        }

        if (moving.Ends is MoveEnding.Lost) Put(moving.Step.Guest, null, GuestState.Absent);
        return (moving.Step.Id, new MoveResult(moving.Ends, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20), 1 << 30, "simulated"));
    }

    /// <summary>A host dies with everything on it.</summary>
    public void Fail(string host)
    {
        foreach (string guest in Guests.Where(guest => HostOf(guest) == host)) Put(guest, null, GuestState.Absent);
        if (_moving is { } moving && (moving.Step.From == host || moving.Step.To == host)) _moving = moving with { Ends = moving.Step.From == host ? MoveEnding.Lost : MoveEnding.Failed };
    }
}
