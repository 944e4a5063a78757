using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>Finds guests and hosts by their names, each time anew: ids change when a machine is registered again, and where it is changes without us.</summary>
internal sealed class MachineSearch(GuestFile file, VCenter vcenter)
{
    /// <summary>Hosts as vCenter knows them.</summary>
    public Task<IReadOnlyList<HostSummary>> HostsAsync(CancellationToken cancel) => vcenter.Inventory.HostsAsync(cancel);

    /// <summary>All guests of the file.</summary>
    public async Task<IReadOnlyList<Guest>> DescribeAllAsync(CancellationToken cancel)
    {
        IReadOnlyList<HostSummary> hosts = await HostsAsync(cancel);
        ILookup<string, VmSummary> found = (await vcenter.Inventory.MachinesAsync([.. file.Guests], cancel)).ToLookup(static machine => machine.Name);
        return await Task.WhenAll(file.Guests.Select(guest => DescribeAsync(guest, [.. found[guest]], hosts, cancel)));
    }

    /// <summary>A guest that must be there, once.</summary>
    /// <exception cref="VSphereException">It is not, or vCenter does not answer.</exception>
    public async Task<Machine> RequireAsync(string guest, CancellationToken cancel)
    {
        IReadOnlyList<VmSummary> found = await vcenter.Inventory.MachinesAsync([guest], cancel);
        return found switch
        {
            [VmSummary only] => await MachineAsync(guest, only, await HostsAsync(cancel), cancel),
            [] => throw new VSphereException(VSphereFailure.Missing, $"vCenter {vcenter.Machines.Name} has no virtual machine called {guest}, or does not show it to this user. Register it, or correct the file of guests."),
            _ => throw new VSphereException(VSphereFailure.Refused, $"vCenter {vcenter.Machines.Name} has {found.Count} virtual machines called {guest}, in different folders. Give each guest a name of its own."),
        };
    }

    /// <summary>A host that must be there and answer.</summary>
    /// <returns>vCenter's id of it.</returns>
    public async Task<string> RequireHostAsync(string host, CancellationToken cancel)
    {
        HostSummary? found = (await HostsAsync(cancel)).FirstOrDefault(one => one.Name == host);
        if (found is null) throw new VSphereException(VSphereFailure.Missing, $"vCenter {vcenter.Machines.Name} has no host called {host}. Write its name as vCenter shows it. Nothing was changed.");
        return found.ConnectionState == HostSummary.Connected ? found.Host : throw new VSphereException(VSphereFailure.Refused, $"host {host} is {found.ConnectionState} in vCenter {vcenter.Machines.Name}. Choose another, or see to it. Nothing was changed.");
    }

    /// <summary>The same guest a moment later.</summary>
    public async Task<Machine> AgainAsync(Machine machine, CancellationToken cancel)
    {
        ViRuntime runtime = await vcenter.Machines.RuntimeAsync(machine.Id, cancel);
        return machine with { Runtime = runtime, Host = NameOf(runtime, await HostsAsync(cancel)) };
    }

    private async Task<Machine> MachineAsync(string guest, VmSummary found, IReadOnlyList<HostSummary> hosts, CancellationToken cancel)
    {
        ViRuntime runtime = await vcenter.Machines.RuntimeAsync(found.Vm, cancel);
        return new Machine(guest, found.Vm, (found.MemoryMib ?? 0) << 20, runtime, NameOf(runtime, hosts));
    }

    private async Task<Guest> DescribeAsync(string guest, VmSummary[] found, IReadOnlyList<HostSummary> hosts, CancellationToken cancel)
    {
        if (found.Length == 0) return new Guest(guest, null, GuestCondition.Absent, 0, $"vCenter {vcenter.Machines.Name} has no virtual machine of this name");
        if (found.Length > 1) return new Guest(guest, null, GuestCondition.Unknown, 0, $"vCenter {vcenter.Machines.Name} has {found.Length} virtual machines of this name");
        try
        {
            Machine machine = await MachineAsync(guest, found[0], hosts, cancel);
            return new Guest(guest, machine.Host, machine.Condition, machine.MemoryBytes, machine.Remark) { Cpu = file.GuestCpus.GetValueOrDefault(guest) };
        }
        catch (VSphereException e) when (e.Failure is VSphereFailure.Missing)
        {
            return new Guest(guest, null, GuestCondition.Absent, 0, "it was removed from vCenter a moment ago");
        }
        catch (VSphereException e)
        {
            return new Guest(guest, null, GuestCondition.Unknown, 0, e.Message);
        }
    }

    /// <summary>A host that this user may not see has an id, and no name.</summary>
    private static string? NameOf(ViRuntime runtime, IReadOnlyList<HostSummary> hosts) => hosts.FirstOrDefault(host => host.Host == runtime.Host?.Value)?.Name ?? runtime.Host?.Value;
}
