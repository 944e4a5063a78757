using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// Brings what a guest has written into overlays back into its images, while it works: a commit of the active layer for each, and the guest is on its image again. Nothing is remembered between two calls: an overlay
/// is known by its name in the chain, a job by its id, and a job stays on QEMU's list until its overlay's file is gone. So whoever comes after one that has died goes on where it was.
/// </summary>
/// <remarks><code>
/// block-commit -> (ready) -> job-complete -> (concluded, the guest writes to the image) -> remove the overlay's file -> job-dismiss
/// </code></remarks>
internal sealed class DiskMerge(QemuMonitor monitor, TimeProvider time)
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan CancelDeadline = TimeSpan.FromSeconds(10);

    /// <summary>Merges all of a guest's overlays; of no effect where there are none.</summary>
    /// <exception cref="HypervisorException">It could not be done, was not over in time, or the guest has ended; the message says what is left.</exception>
    public async Task RunAsync(TimeSpan within, Action<double>? progress, CancellationToken cancel)
    {
        IReadOnlyList<QemuDisk> disks = await monitor.DisksAsync(cancel);
        await ForgetMergedAsync(disks, cancel);
        QemuDisk[] overlaid = [.. disks.Where(static disk => disk.IsOverlaid)];
        if (overlaid.Length == 0) return;
        if (await monitor.StatusAsync(cancel) is GuestConditions.Left)
            throw Left(overlaid, "it stands still after a save, and QEMU merges nothing then. Let it go on");
        try
        {
            await BeginAsync(overlaid, cancel);
            await FollowAsync(overlaid, within, progress, cancel);
        }
        catch (QmpException e) when (e.Fault is QmpFault.Ended)
        {
            throw new HypervisorException(
                $"guest {monitor.Guest} has ended on host {monitor.Host} while its disks were being merged. What it wrote last is in {Files(overlaid)}: restore the guest from a set, or, before it is started anew, "
                + $"run {string.Join(" and ", overlaid.Select(static disk => $"`qemu-img commit {disk.Overlay}`"))} and remove what is merged.", e);
        }
        catch (QmpException e)
        {
            throw Left(overlaid, e.Reason, e);
        }
    }

    /// <summary>What a tool that died had merged, and had not yet removed.</summary>
    private async Task ForgetMergedAsync(IReadOnlyList<QemuDisk> disks, CancellationToken cancel)
    {
        foreach (BlockJob job in await JobsAsync(cancel))
        {
            QemuDisk? merged = disks.FirstOrDefault(disk => !disk.IsOverlaid && disk.OverlayName == job.Id);
            if (!job.IsConcluded) continue;
            if (merged is not null) File.Delete(merged.Overlay);
            await CommandAsync("job-dismiss", job.Id, cancel);
        }
    }

    private async Task BeginAsync(QemuDisk[] overlaid, CancellationToken cancel)
    {
        HashSet<string> running = [.. (await JobsAsync(cancel)).Select(static job => job.Id)];
        foreach (QemuDisk disk in overlaid.Where(disk => !running.Contains(disk.OverlayName)))
        {
            // Named, or QEMU would commit down to the last image of the chain, which others may share.
            string below = await monitor.NodeOfAsync(disk.Image, cancel) ?? throw Left([disk], $"QEMU knows no node for {disk.Image}");
            await monitor.Connection.ExecuteAsync(
                "block-commit", new JsonObject { ["job-id"] = disk.OverlayName, ["device"] = disk.OverlayName, ["base-node"] = below, ["auto-dismiss"] = false }, cancel);
        }
    }

    private async Task FollowAsync(QemuDisk[] overlaid, TimeSpan within, Action<double>? progress, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        Dictionary<string, QemuDisk> open = overlaid.ToDictionary(static disk => disk.OverlayName);
        var asked = new HashSet<string>();
        while (true)
        {
            IReadOnlyList<BlockJob> jobs = [.. (await JobsAsync(CancellationToken.None)).Where(job => open.ContainsKey(job.Id))];
            if (open.Keys.FirstOrDefault(name => jobs.All(job => job.Id != name)) is { } vanished) throw Left([open[vanished]], "somebody else has ended its job");
            foreach (BlockJob job in jobs)
            {
                if (job.Status is "ready" && asked.Add(job.Id)) await CommandAsync("job-complete", job.Id, CancellationToken.None);
                else if (job.IsConcluded && open.Remove(job.Id, out QemuDisk? disk)) await ConcludeAsync(disk, job);
            }

            progress?.Invoke((overlaid.Length - open.Count + jobs.Where(static job => !job.IsConcluded).Sum(static job => job.Share)) / overlaid.Length);
            if (open.Count == 0) return;
            if (cancel.IsCancellationRequested || time.GetElapsedTime(start) > within)
            {
                await CancelAsync([.. open.Keys]);
                cancel.ThrowIfCancellationRequested();
                throw Left([.. open.Values], $"it was not over within {within.TotalSeconds:0.#} s; the guest may write faster than the disk takes it");
            }

            await Task.Delay(LookAgainAfter, time, CancellationToken.None);
        }
    }

    /// <summary>The file goes before the job does: while the job is on the list, everybody knows that the file is of no use any more.</summary>
    private async Task ConcludeAsync(QemuDisk disk, BlockJob job)
    {
        bool isMerged = job.Error.Length == 0 && (await monitor.DisksAsync()).All(one => one.File != disk.Overlay);
        if (isMerged) File.Delete(disk.Overlay);
        await CommandAsync("job-dismiss", job.Id, CancellationToken.None);
        if (!isMerged) throw Left([disk], job.Error.Length > 0 ? $"QEMU says: {job.Error}" : "QEMU has ended the job, and the guest still writes to the overlay");
    }

    /// <summary>A job that is given up leaves the guest on its overlay, where it was.</summary>
    private async Task CancelAsync(string[] names)
    {
        long start = time.GetTimestamp();
        foreach (string name in names) await CommandAsync("job-cancel", name, CancellationToken.None);
        while (time.GetElapsedTime(start) < CancelDeadline)
        {
            BlockJob[] jobs = [.. (await JobsAsync(CancellationToken.None)).Where(job => names.Contains(job.Id))];
            if (jobs.All(static job => job.IsConcluded)) return;
            await Task.Delay(LookAgainAfter, time, CancellationToken.None);
        }
    }

    private async Task CommandAsync(string command, string job, CancellationToken cancel)
    {
        try
        {
            await monitor.Connection.ExecuteAsync(command, new JsonObject { ["id"] = job }, cancel);
        }
        catch (QmpException e) when (e.Fault is QmpFault.Refused)
        {
            // It has gone on since it was looked at; the next look says where it is.
        }
    }

    private async Task<IReadOnlyList<BlockJob>> JobsAsync(CancellationToken cancel) =>
        BlockJob.Read(await monitor.Connection.ExecuteAsync("query-jobs", cancel: cancel));

    private HypervisorException Left(IReadOnlyList<QemuDisk> disks, string why, Exception? cause = null) => new(
        $"the disks of guest {monitor.Guest} on host {monitor.Host} are not merged yet: {why.TrimEnd('.')}. Nothing is lost: it writes to {Files(disks)}, and the next snapshot or move merges. "
        + "If it ends before, run `qemu-img commit` on that file before the guest is started anew.", cause);

    private static string Files(IEnumerable<QemuDisk> disks) => string.Join(", ", disks.Select(static disk => disk.Overlay));

    private sealed record BlockJob(string Id, string Status, string Error, double Share)
    {
        public bool IsConcluded => Status is "concluded";

        /// <summary>Only jobs of ours.</summary>
        public static IReadOnlyList<BlockJob> Read(JsonElement answer) => answer.ValueKind is not JsonValueKind.Array ? [] :
        [
            .. answer.EnumerateArray()
                .Select(static job => new BlockJob(Text(job, "id"), Text(job, "status"), Text(job, "error"), Math.Clamp(Number(job, "current-progress") / Math.Max(1, Number(job, "total-progress")), 0, 1)))
                .Where(static job => job.Id.StartsWith(QemuDisk.Prefix, StringComparison.Ordinal)),
        ];

        private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

        private static double Number(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Number ? value.GetDouble() : 0;
    }
}
