using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Guard;

/// <summary>Asks a hypervisor where everything is, within a deadline, and says it in the words of the policy.</summary>
internal static class FleetLook
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Asks.</summary>
    /// <param name="backend">The hypervisor.</param>
    /// <param name="hosts">Hosts that are known otherwise, for a hypervisor that describes none.</param>
    /// <param name="drainFile">The file of drained hosts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stop">Gives it up.</param>
    /// <exception cref="HypervisorException">It did not answer.</exception>
    /// <exception cref="ControlException">The file of drained hosts cannot be read.</exception>
    public static async Task<FleetView> AskAsync(IHypervisorBackend backend, IEnumerable<string> hosts, string drainFile, TimeProvider time, CancellationToken stop)
    {
        ImmutableSortedSet<string> drained = DrainMarks.Read(drainFile);
        try
        {
            IReadOnlyList<Guest> guests = await backend.GuestsAsync(stop).WaitAsync(Deadline, time, stop);
            IReadOnlyList<HypervisorHost> known = await backend.HostsAsync(stop).WaitAsync(Deadline, time, stop);
            if (known.Count == 0) known = [.. hosts.Select(static name => new HypervisorHost(name))];
            return new FleetView(
                [.. guests.Select(guest => GuestOf(guest, known))], [.. known.Select(static host => new FleetHost(host.Name, host.MemoryBytes, host.GuestsMax))], drained);
        }
        catch (TimeoutException e)
        {
            throw new HypervisorException($"it has not answered within {Deadline.TotalSeconds:0} s", e);
        }
    }

    private static FleetGuest GuestOf(Guest guest, IReadOnlyList<HypervisorHost> hosts)
    {
        CpuFeatures? needed = guest.Cpu ?? hosts.FirstOrDefault(host => host.Name == guest.Host)?.Cpu;
        return new FleetGuest(guest.Name, guest.Host, StateOf(guest), guest.MemoryBytes)
        {
            ArrivingOn = guest.ArrivingOn,
            Misfits = hosts.Where(host => host.Name != guest.Host && needed?.WhyNotOn(host.Cpu) is not null).ToImmutableSortedDictionary(static host => host.Name, host => needed!.WhyNotOn(host.Cpu)!),
        };
    }

    private static GuestState StateOf(Guest guest) => guest.Condition switch
    {
        GuestCondition.Running => GuestState.Running,
        GuestCondition.Paused => GuestState.Paused,
        GuestCondition.Absent => GuestState.Absent,
        GuestCondition.Failed => GuestState.Failed,
        _ => GuestState.Unknown,
    };
}
