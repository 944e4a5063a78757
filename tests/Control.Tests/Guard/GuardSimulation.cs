using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using HpcVirt.Control.Guard.Journal;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>
/// The production protocol and the production journal over a simulated hypervisor, clock and disk. The guard may be killed after any effect, also half way through writing a
/// record; it begins anew from what is on the disk, and the hypervisor has gone on meanwhile.
/// </summary>
internal sealed class GuardSimulation
{
    private readonly Random _random;
    private readonly PolicyOptions _policy;
    private readonly List<GuardEvent> _answers = [];
    private readonly List<byte> _disk = [];
    private long _records;
    private int _effects;

    public GuardSimulation(PolicyOptions policy, Random random)
    {
        _policy = policy;
        _random = random;
        Hypervisor = new SimulatedHypervisor(random);
        State = new GuardState(policy);
    }

    public SimulatedHypervisor Hypervisor { get; }

    public GuardState State { get; private set; }

    public long NowS { get; private set; } = Fleet.Noon;

    /// <summary>After how many effects the guard is killed; null: never.</summary>
    public int? KillAfter { get; set; }

    /// <summary>At which moment of time that passes during moves the guard is killed; null: never.</summary>
    public int? KillInMoveAt { get; set; }

    /// <summary>How much time has passed during moves.</summary>
    public int TimeInMoves { get; private set; }

    public int Kills { get; private set; }

    /// <summary>How many of these in the middle of a move, which goes on.</summary>
    public int KillsInMoves { get; private set; }

    /// <summary>How many effects were performed.</summary>
    public int Effects => _effects;

    public GuardChecker Checker { get; } = new();

    public List<string> Story { get; } = [];

    /// <summary>What the disk holds.</summary>
    public IReadOnlyList<GuardRecord> Journal => GuardJournalFormat.Decode(_disk.ToArray(), "disk").Records;

    public void Start() => Handle(new Started(NowS));

    public void Judge(long timeS, params HostJudgement[] hosts)
    {
        NowS = timeS;
        Checker.Time(timeS);
        foreach (HostJudgement host in hosts) Checker.Health(host.Host, host.Health.Colour(_policy.AmberFrom));
        Handle(new Judged(timeS, [.. hosts]));
    }

    public void Post(GuardEvent happened) => Handle(happened);

    /// <summary>Lets answers come in, in any order, and the hypervisor work; at most so often, or until nothing is left.</summary>
    public void Settle(int turnsMax = 1000)
    {
        for (int turn = 0; turn < turnsMax && (_answers.Count > 0 || Hypervisor.IsMoving); turn++)
        {
            if (Hypervisor.IsMoving && TimeInMoves++ == KillInMoveAt)
            {
                KillInMoveAt = null;
                KillsInMoves++;
                Kill(null);
            }

            if (Hypervisor.Pass() is { } over) _answers.Add(new MoveCame(over.Step, over.Result));
            if (_answers.Count == 0) continue;
            int at = _random.Next(_answers.Count);
            GuardEvent answer = _answers[at];
            _answers.RemoveAt(at);
            // The hypervisor answers with how things are when it answers.
            Handle(answer is Looked ? new Looked(Hypervisor.View()) : answer);
        }
    }

    private void Handle(GuardEvent happened)
    {
        (State, ImmutableArray<GuardEffect> effects) = GuardProtocol.Next(State, happened);
        foreach (GuardEffect effect in effects)
        {
            if (KillAfter == _effects)
            {
                Kill(effect);
                return;
            }

            _effects++;
            Perform(effect);
        }
    }

    private void Perform(GuardEffect effect)
    {
        switch (effect)
        {
            case Commit commit:
                _disk.AddRange(GuardJournalFormat.Encode(++_records, commit.Record));
                Checker.Committed(commit.Record);
                break;
            case Tell tell: Story.Add($"{(tell.CaseId == 0 ? "guard" : $"case {tell.CaseId}")}: {tell.Text}"); break;
            case Look: _answers.Add(_random.Next(12) == 0 && Hypervisor.Hosts.Count > 3 ? new LookFailed("it hangs") : new Looked(FleetView.Empty)); break;
            case Move move:
                Checker.Begins(move.Step, Hypervisor.View(), _policy);
                Hypervisor.Begin(move.Step);
                break;
            case Save save: _answers.Add(new SaveCame(save.Step.Id, _random.Next(4) > 0, TimeSpan.FromSeconds(2), "simulated")); break;
            case Resume resume: Hypervisor.Put(resume.Guest, Hypervisor.HostOf(resume.Guest)); break;
            default: break;
        }
    }

    /// <summary>The guard dies before an effect, or half way through it if it is a write; nobody hears what it still asked for.</summary>
    private void Kill(GuardEffect? during)
    {
        Kills++;
        KillAfter = null;
        if (during is Commit commit && _random.Next(2) == 0)
        {
            byte[] line = GuardJournalFormat.Encode(_records + 1, commit.Record);
            _disk.AddRange(line[.._random.Next(line.Length)]);
        }

        _answers.Clear();
        for (int passes = _random.Next(3); passes > 0; passes--) _ = Hypervisor.Pass();
        (IReadOnlyList<GuardRecord> records, long whole) = GuardJournalFormat.Decode(_disk.ToArray(), "disk");
        _disk.RemoveRange((int)whole, _disk.Count - (int)whole);
        _records = records.Count;
        State = records.Aggregate(new GuardState(_policy), static (state, record) => state.With(record));
        Handle(new Started(NowS));
    }
}
