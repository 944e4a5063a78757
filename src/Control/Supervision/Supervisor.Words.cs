using System;
using System.Linq;
using HpcVirt.Control.Native;
using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Supervision;

/// <summary>What the supervisor says of all this, to people and to programs.</summary>
internal sealed partial class Supervisor
{
    /// <summary>Where ranks go is news when it is not where they were.</summary>
    private void SayPlacement(int attempt, Placement where)
    {
        if (where.Hosts.IsEmpty) return;
        string hosts = string.Join(", ", where.Hosts.Select(static h => $"{h.Name}:{h.Slots}"));
        string fewer = where.Ranks < _options.Plan.Ranks ? $", {where.Ranks} ranks instead of {_options.Plan.Ranks} for want of hosts" : "";
        if (hosts != _placement) _log.Say($"attempt {attempt} runs on {hosts}{fewer}");
        _placement = hosts;
        _log.Record("placed", ("attempt", attempt), ("hosts", hosts), ("ranks", where.Ranks));
    }

    private void SayStart()
    {
        string checkpoints = _options.Checkpoints is { } directory ? $"checkpoints in {directory}" : "checkpoints where the program puts them";
        _log.Say($"job {_options.JobId}: {_options.Plan.Ranks} ranks under {_options.Launcher.Name}, at most {_options.RestartsMax} restarts, {checkpoints}");
        foreach (string origin in _options.Origins) _log.Say(origin);
        if (_options.Kills.Count > 0) _log.Say($"rehearsal: {_options.Kills.Count} planned kills, seed {_options.Seed}");
        _log.Record("job-started", ("job", _options.JobId), ("ranks", _options.Plan.Ranks), ("mpi", _options.Launcher.Name), ("restartsMax", _options.RestartsMax), ("checkpoints", _options.Checkpoints), ("seed", _options.Seed));
    }

    private void SayStop(SupervisorState state, int signal)
    {
        if (state.Phase == SupervisorPhase.Stopping && state.RankSeen)
            _log.Say($"asked to stop ({Signals.NameOf(signal)}): saving a checkpoint first, for at most {_options.StopTimeout.TotalSeconds:0} s. Ask again to stop at once.");
        else if (state.Phase == SupervisorPhase.Ending)
            _log.Say("stopping at once");
    }

    private void SayHost(SupervisorEvent happened)
    {
        (string name, string host, string sentence) = happened switch
        {
            DrainAsked drain => ("drain-asked", drain.Host, _state.IsRelocating ? $"host {drain.Host} is to be emptied: saving a checkpoint, then going on elsewhere" : $"host {drain.Host} is to stay empty"),
            HostReturned returned => ("host-returned", returned.Host, $"host {returned.Host} may take ranks again"),
            HostLost { WasAsked: true } lost => ("host-lost", lost.Host, $"host {lost.Host} is lost: it does not answer, and not all ranks were heard of yet"),
            HostLost lost => ("host-lost", lost.Host, $"host {lost.Host} is lost: it has acknowledged nothing for {_options.HostTimeout.TotalSeconds:0.#} s"),
            _ => throw new InvalidOperationException($"{happened} is not about a host."),
        };
        _log.Say(sentence);
        _log.Record(name, ("attempt", _state.Attempt), ("host", host));
    }

    private void SayLoss(RankRecord lost, ExitStatus? status)
    {
        string step = lost.Step is { } at ? $"at step {at}" : "before its first step";
        ExitStatus? cause = lost.Peer.Process?.TryGetExitStatus() ?? (status is { Signal: not null } ? status : null);
        bool isHostGone = _options.Hosts.Count > 0 && !_state.Hosts.IsUsable(lost.Peer.Host);
        _wasTaken = _state.Failures.IsEmpty && (cause?.IsFromOutside ?? isHostGone);
        string why = lost.ProtocolError ?? cause?.ToString() ?? "its connection ended without a goodbye";
        _log.Say($"{lost.Peer} was lost {step}: {why}");
        _log.Record("rank-lost", ("attempt", _state.Attempt), ("rank", lost.Peer.Rank), ("pid", lost.Peer.ProcessId), ("host", lost.Peer.Host), ("step", lost.Step), ("cause", why));
    }

    private void SayEnd(ExitStatus? status)
    {
        _wasTaken = false;
        if (_board.FirstLost is { } lost)
        {
            SayLoss(lost, status);
        }
        else if (status is { Code: not 0 } failed)
        {
            _log.Say($"attempt {_state.Attempt} ended: {failed}");
        }

        _log.Record("attempt-ended", ("attempt", _state.Attempt), ("status", status?.ToString()));
    }
}
