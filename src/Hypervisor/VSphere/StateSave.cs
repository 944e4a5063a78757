using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Native;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Saves a guest's state: suspends it, makes a snapshot of its memory and its disks in vCenter's keeping, and writes a reference to it into the file. The guest stays
/// suspended. Whatever fails, the guest does what it did before, and neither snapshot nor file is left.
/// </summary>
internal sealed class StateSave(VCenter vcenter, Machine machine, TaskWatch watch, VSphereDeadlines deadlines, TimeProvider time)
{
    private const string Unfinished = ".part";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public async Task<SavedState> SaveAsync(SaveOptions options, CancellationToken cancel)
    {
        string file = Path.GetFullPath(options.File), part = file + Unfinished;
        if (File.Exists(file)) throw new HypervisorException($"{file} exists, and no state is written over another. Name a new file.");
        bool wasRunning = machine.Condition is GuestCondition.Running;
        if (!wasRunning && machine.Condition is not GuestCondition.Paused) throw new HypervisorException($"guest {machine.Guest} on host {machine.HostWords} is {machine.Words} and cannot be saved. Start or restore it first.");
        long start = time.GetTimestamp();
        string name = SnapshotName.Of(machine.Guest, file, time.GetUtcNow());
        try
        {
            long lengthBytes = await WriteAsync(part, file, name, wasRunning, options, start, cancel);
            File.Move(part, file, overwrite: false);
            return new SavedState(file, lengthBytes, time.GetElapsedTime(start));
        }
        catch (Exception e)
        {
            await UndoAsync(part, name, wasRunning);
            if (e is IOException or UnauthorizedAccessException) throw new HypervisorException($"the reference to the state of guest {machine.Guest} could not be brought to {file}: {e.Message.TrimEnd('.')}. Make room, or name another directory.", e);
            throw;
        }
    }

    private async Task<long> WriteAsync(string part, string file, string name, bool wasRunning, SaveOptions options, long start, CancellationToken cancel)
    {
        // Opened before anything is done to the guest: a directory that cannot be written to costs it nothing.
        await using FileStream stream = Open(part);
        string instance = await vcenter.InstanceAsync(cancel);
        if (options.BeforeInstant is { } before) await before(cancel);
        if (wasRunning) _ = await watch.RequireAsync(await vcenter.Machines.SuspendAsync(machine.Id, cancel), $"suspending guest {machine.Guest}", Left(options, start), cancel);
        options.AfterInstant?.Invoke();
        string task = await vcenter.Machines.CreateSnapshotAsync(machine.Id, name, $"The state of guest {machine.Guest}, saved by hpcvirt. The reference to it was written as {file}; the directory of a set loses its .partial when the set is whole. Remove this snapshot when no set refers to it any more.", cancel);
        _ = await watch.RequireAsync(task, $"making the snapshot {name} of guest {machine.Guest}", Left(options, start), cancel);
        string snapshot = SnapshotName.Find(await vcenter.Machines.SnapshotsAsync(machine.Id, cancel), name)
            ?? throw new VSphereException(VSphereFailure.Nonsense, $"vCenter says that the snapshot {name} of guest {machine.Guest} was made, and does not list it. See its list of tasks.");
        byte[] reference = new StateReference { Guest = machine.Guest, VCenter = instance, Machine = machine.Id, Snapshot = snapshot, Name = name, SavedAt = time.GetUtcNow() }.Encode();
        await stream.WriteAsync(reference, cancel);
        await stream.FlushAsync(cancel);
        LibC.Sync(part);
        return reference.Length;
    }

    private static FileStream Open(string part)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Private;
        return new FileStream(part, options);
    }

    private TimeSpan Left(SaveOptions options, long start) => options.Deadline - time.GetElapsedTime(start);

    /// <summary>A snapshot that is still being made by then cannot be removed. The error that led here is the one to tell.</summary>
    private async Task UndoAsync(string part, string name, bool wasRunning)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It bears a name that nobody takes for a state.
        }

        try
        {
            if (SnapshotName.Find(await vcenter.Machines.SnapshotsAsync(machine.Id, CancellationToken.None), name) is { } snapshot)
                _ = await watch.RequireAsync(await vcenter.Machines.RemoveSnapshotAsync(snapshot, CancellationToken.None), $"removing the snapshot {name}", deadlines.Power, CancellationToken.None);
        }
        catch (VSphereException)
        {
            // Its name and its description say whose it is.
        }

        try
        {
            if (!wasRunning || (await vcenter.Machines.RuntimeAsync(machine.Id, CancellationToken.None)).PowerState != ViRuntime.Suspended) return;
            _ = await watch.RequireAsync(await vcenter.Machines.PowerOnAsync(machine.Id, CancellationToken.None), $"letting guest {machine.Guest} go on", deadlines.Power, CancellationToken.None);
        }
        catch (VSphereException)
        {
            // The list of guests says so.
        }
    }
}
