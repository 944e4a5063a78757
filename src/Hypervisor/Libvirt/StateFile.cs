using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>
/// Writes a guest's state into a file: as the memory of a snapshot without disks, not by <c>virDomainSave</c>, which ends the guest. The two write one format, and
/// <c>virDomainRestore</c> reads both. The daemon writes the file, so its host and this machine must see it under one path.
/// </summary>
internal sealed class StateFile(LibvirtDomain domain, LibvirtDeadlines deadlines, TimeProvider time)
{
    private const string Unfinished = ".part";

    public async Task<SavedState> SaveAsync(SaveOptions options, CancellationToken cancel)
    {
        string file = Path.GetFullPath(options.File), part = file + Unfinished;
        if (File.Exists(file)) throw new HypervisorException($"{file} exists, and no state is written over another. Name a new file.");
        if ((await domain.DescribeAsync(cancel)).WritableDisks is { Count: > 0 } disks)
            throw new HypervisorException($"guest {domain.Guest} writes to {string.Join(", ", disks)}, which is no part of a saved state: memory and disk would not agree afterwards. Only guests without writable disks can be saved.");

        long start = time.GetTimestamp();
        bool wasRunning = domain.Condition is GuestCondition.Running;
        if (wasRunning) _ = await domain.PauseAsync(cancel);
        try
        {
            await WriteAsync(part, options.Deadline, cancel);
            if (!File.Exists(part))
                throw new HypervisorException($"libvirt on host {domain.Host} has saved guest {domain.Guest}, and {part} is not there: host and tool do not see the same disk. Name a directory on a shared one.");
            File.Move(part, file, overwrite: false);
        }
        catch (Exception e)
        {
            await UndoAsync(part, wasRunning);
            if (e is IOException or UnauthorizedAccessException) throw new HypervisorException($"the state of guest {domain.Guest} could not be brought to {file}: {e.Message.TrimEnd('.')}. Make room, or name another directory.", e);
            throw;
        }

        return new SavedState(file, new FileInfo(file).Length, time.GetElapsedTime(start));
    }

    private async Task WriteAsync(string part, TimeSpan within, CancellationToken cancel)
    {
        Task<int> saving = domain.StartSaving(part);
        try
        {
            _ = await saving.WaitAsync(within, time, cancel);
            return;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException && !saving.IsCompleted)
        {
            await domain.AbortQuietlyAsync();
        }

        try
        {
            _ = await saving.WaitAsync(deadlines.Abort, time, CancellationToken.None);
            return;
        }
        catch (TimeoutException e)
        {
            throw LibvirtException.NotInTime(domain.Host, $"giving up the saving of guest {domain.Guest}", deadlines.Abort, e);
        }
        catch (LibvirtException e)
        {
            cancel.ThrowIfCancellationRequested();
            throw new HypervisorException($"saving guest {domain.Guest} into {part} was not over within {within.TotalSeconds:0.#} s and was given up.", e);
        }
    }

    /// <summary>A guest whose saving has failed does what it did before. The error that led here is the one to tell.</summary>
    private async Task UndoAsync(string part, bool wasRunning)
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
            if (wasRunning) _ = await domain.ResumeAsync(CancellationToken.None);
        }
        catch (LibvirtException)
        {
            // The list of guests says so.
        }
    }
}
