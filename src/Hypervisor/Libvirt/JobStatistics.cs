using System;
using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>What <c>virDomainGetJobStats</c> says of a job that is under way, or of one that has ended.</summary>
internal sealed record JobStatistics
{
    private const int NoJob = 0;
    private const int OperationOutgoing = 5;

    public int Operation { get; init; }

    public long TotalBytes { get; init; }

    public long SentBytes { get; init; }

    public long RestBytes { get; init; }

    public int Passes { get; init; }

    public long DirtyBytesPerSecond { get; init; }

    public TimeSpan Took { get; init; }

    public TimeSpan Downtime { get; init; }

    /// <summary>The guest's state is on its way to somewhere else.</summary>
    public bool IsOutgoing => Operation is OperationOutgoing;

    /// <summary>Takes over what a call has returned. Null when there is no job, or nothing is known of it yet.</summary>
    public static JobStatistics? Take(int type, nint parameters, int count)
    {
        try
        {
            if (type == NoJob || count <= 0) return null;
            long Number(string name) => LibvirtApi.GetNumber(parameters, count, name, out ulong value) == 1 ? (long)Math.Min(value, long.MaxValue) : 0;
            return new JobStatistics
            {
                Operation = LibvirtApi.GetInteger(parameters, count, "operation", out int operation) == 1 ? operation : 0,
                TotalBytes = Number("memory_total"),
                SentBytes = Number("memory_processed"),
                RestBytes = Number("memory_remaining"),
                Passes = (int)Math.Min(Number("memory_iteration"), int.MaxValue),
                DirtyBytesPerSecond = Math.Min(Number("memory_dirty_rate"), int.MaxValue) * Math.Clamp(Number("memory_page_size"), 1, 1 << 30),
                Took = TimeSpan.FromMilliseconds(Math.Min(Number("time_elapsed"), int.MaxValue)),
                Downtime = TimeSpan.FromMilliseconds(Math.Min(Number("downtime"), int.MaxValue)),
            };
        }
        finally
        {
            LibvirtApi.FreeParameters(parameters, count);
        }
    }
}
