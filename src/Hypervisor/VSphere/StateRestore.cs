using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Brings a guest back: reads the reference, finds the snapshot, goes back to it, which ends what the guest did until then, and moves the suspended guest to the host that
/// was named. Memory and disks are those of the snapshot.
/// </summary>
internal sealed class StateRestore(VCenter vcenter, MachineSearch search, TaskWatch watch, TimeProvider time)
{
    public async Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel)
    {
        // All that can be refused is refused before anything is ended.
        StateReference reference = Read(options.File, guest);
        long start = time.GetTimestamp();
        string instance = await vcenter.InstanceAsync(cancel);
        if (reference.VCenter != instance) throw new HypervisorException($"{options.File} refers to a snapshot in vCenter {reference.VCenter}, and {vcenter.Machines.Name} is {instance}. Name that vCenter in the file of guests.");
        Machine machine = await search.RequireAsync(guest, cancel);
        string target = await search.RequireHostAsync(options.Host, cancel);
        if (!machine.Runtime.IsConnected) throw new HypervisorException($"guest {guest} belongs to host {machine.HostWords}, which does not answer ({machine.Runtime.ConnectionState}), and cannot be brought back while it does. Register the guest on another host, or let vSphere HA do it.");
        if (!options.EndsRunning && machine.Condition is not GuestCondition.Failed)
            throw new HypervisorException($"guest {guest} is still on host {machine.HostWords} ({machine.Words}), and going back to a snapshot ends it. End it first, or allow that it is ended.");
        string snapshot = SnapshotName.Find(await vcenter.Machines.SnapshotsAsync(machine.Id, cancel), reference.Name)
            ?? throw new HypervisorException($"the snapshot {reference.Name}, to which {options.File} refers, is not in vCenter any more. Take another set. The guest goes on as it was.");

        _ = await watch.RequireAsync(await vcenter.Machines.RevertAsync(snapshot, cancel), $"bringing guest {guest} back to snapshot {reference.Name}", options.Deadline - time.GetElapsedTime(start), cancel);
        Machine back = await search.AgainAsync(machine, cancel);
        if (back.Condition is not GuestCondition.Paused) throw new HypervisorException($"going back to snapshot {reference.Name} left guest {guest} {back.Words}, and not suspended. It was not made by this program, or without memory. Take another set.");
        if (back.Runtime.Host?.Value == target) return;

        _ = await watch.RequireAsync(await vcenter.Machines.RelocateAsync(machine.Id, target, cancel), $"moving guest {guest}, which is back and suspended on host {back.HostWords}, to host {options.Host}", options.Deadline - time.GetElapsedTime(start), cancel);
        Machine there = await search.AgainAsync(machine, cancel);
        if (there.Runtime.Host?.Value != target || there.Condition is not GuestCondition.Paused) throw new HypervisorException($"guest {guest} is back, and {there.Words} on host {there.HostWords} instead of suspended on host {options.Host}. See vCenter's list of tasks.");
    }

    private static StateReference Read(string file, string guest)
    {
        byte[] bytes;
        try
        {
            using FileStream stream = File.OpenRead(file);
            if (stream.Length > StateReference.FileBytesMax) throw new HypervisorException($"{file} has {stream.Length} bytes, and is no state that was saved under vSphere. Take another file.");
            bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HypervisorException($"the state {file} of guest {guest} cannot be read ({e.Message.TrimEnd('.')}). Name the file that it was saved in.", e);
        }

        StateReference reference = StateReference.Decode(bytes, file);
        return reference.Guest == guest ? reference : throw new HypervisorException($"{file} refers to the state of guest {reference.Guest}, and {guest} cannot be restored from it. Name the file of {guest}.");
    }
}
