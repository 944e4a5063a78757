using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Sources;

namespace HpcVirt.Control.Guard;

/// <summary>
/// What happens to guests, as events of the nodes they are on: of kind <c>hypervisor</c>, with the codes guest-failed (stopped by an error that its hypervisor cannot take back: I/O,
/// memory, a panic), guest-vanished and guest-silent. A model that was trained with such events uses them. When all guests of a host vanish between two looks, the host has failed.
/// </summary>
/// <param name="backend">The hypervisor.</param>
/// <param name="turn">Whose turn it is to speak with the hypervisor: while a guest is moved or saved, nothing is asked, and nothing is new.</param>
/// <param name="nodeOf">The predictor's nodes by hosts.</param>
/// <param name="hostFailed">Is told of hosts that have failed.</param>
internal sealed class HypervisorSource(IHypervisorBackend backend, BackendTurn turn, IReadOnlyDictionary<string, string> nodeOf, Action<string, string> hostFailed) : IObservationSource
{
    private const string Kind = "hypervisor";

    private Dictionary<string, Guest> _before = [];

    /// <inheritdoc/>
    public string Name => Kind;

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
    {
        IReadOnlyList<Guest> guests;
        using (IDisposable? mine = turn.TryTake())
        {
            if (mine is null) return [];
            guests = await backend.GuestsAsync(cancellation);
        }

        var seen = new List<Observation>();
        var vanished = new List<string>();
        foreach (Guest guest in guests)
        {
            if (!_before.TryGetValue(guest.Name, out Guest? before) || before.Host is not { } host || before.Condition == guest.Condition) continue;
            string? code = guest.Condition switch
            {
                GuestCondition.Failed => "guest-failed",
                GuestCondition.Absent => "guest-vanished",
                GuestCondition.Unknown => "guest-silent",
                _ => null,
            };
            if (code is null) continue;
            if (guest.Condition is GuestCondition.Absent) vanished.Add(host);
            if (nodeOf.TryGetValue(host, out string? node)) seen.Add(new EventObservation(timeS, node, Kind, code, 1, $"guest {guest.Name}"));
        }

        foreach (string host in vanished.Distinct().Where(host => guests.All(guest => guest.Host != host)))
        {
            int gone = vanished.Count(one => one == host), were = _before.Values.Count(guest => guest.Host == host && guest.Condition is not GuestCondition.Unknown);
            if (gone == were) hostFailed(host, gone == 1 ? "its only guest has vanished" : $"all of its {gone} guests have vanished");
        }

        // A guest that does not answer keeps the place it was last seen at.
        _before = guests.ToDictionary(static guest => guest.Name, guest => guest.Host is null && guest.Condition is GuestCondition.Unknown && _before.TryGetValue(guest.Name, out Guest? last) ? last with { Condition = guest.Condition } : guest);
        return seen;
    }
}
