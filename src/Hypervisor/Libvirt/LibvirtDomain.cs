using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>A guest on one host, as libvirt knows it there. Freed before its connection is.</summary>
internal sealed class LibvirtDomain(LibvirtConnection connection, string guest, LibvirtDomainHandle handle) : IDisposable
{
    private const uint UpdateLive = 1;
    private const uint SnapshotWithoutMetadata = 4;
    private const uint StatisticsOfCompleted = 1;
    private const long BytesPerKib = 1024;

    public string Guest => guest;

    public string Host => connection.Host;

    public LibvirtConnection Connection => connection;

    public LibvirtDomainHandle Handle => handle;

    /// <summary>What it did when it was last looked at.</summary>
    public GuestCondition Condition { get; private set; }

    /// <summary>The same in libvirt's words.</summary>
    public string Words { get; private set; } = "";

    public bool IsActive => Condition is not GuestCondition.Absent;

    public async Task RefreshAsync(CancellationToken cancel)
    {
        (_, int state, int reason) = await RunAsync(
            "asking for its state", () => (LibvirtApi.State(handle, out int state, out int reason, 0), state, reason), static answer => answer.Item1, cancel);
        Condition = DomainStates.Of(state, reason);
        Words = DomainStates.Words(state, reason);
    }

    public async Task<long> MemoryBytesAsync(CancellationToken cancel) =>
        (await RunAsync("asking for its memory", () => (LibvirtApi.Info(handle, out LibvirtApi.DomainInfo info), (long)info.MemoryMaxKib.Value), static one => one.Item1, cancel)).Item2 * BytesPerKib;

    public Task<int> IsPersistentAsync(CancellationToken cancel) => RunAsync("asking whether it is defined", () => LibvirtApi.IsPersistent(handle), cancel);

    public async Task<DomainDescription> DescribeAsync(CancellationToken cancel) => DomainDescription.Parse(
        (await RunAsync("asking for its description", () => LibvirtApi.Take(LibvirtApi.Description(handle, 0)), static text => text is null ? -1 : 0, cancel))!);

    public Task<int> PauseAsync(CancellationToken cancel) => RunAsync("pausing it", () => LibvirtApi.Suspend(handle), cancel);

    public Task<int> ResumeAsync(CancellationToken cancel) => RunAsync("letting it go on", () => LibvirtApi.Resume(handle), cancel);

    public Task<int> DestroyAsync(CancellationToken cancel) => RunAsync("ending it", () => LibvirtApi.Destroy(handle, 0), cancel);

    public Task<int> UpdateDeviceAsync(string device, CancellationToken cancel) => RunAsync("changing a device", () => LibvirtApi.UpdateDevice(handle, device, UpdateLive), cancel);

    public Task<int> SetDowntimeAsync(TimeSpan limit) =>
        RunAsync("limiting how long it may stand still", () => LibvirtApi.SetDowntime(handle, (ulong)Math.Max(1, limit.TotalMilliseconds), 0), CancellationToken.None);

    public Task<int> SetSpeedAsync(long mibPerSecond) =>
        RunAsync("limiting the speed of the move", () => LibvirtApi.SetSpeed(handle, new CULong((nuint)mibPerSecond), 0), CancellationToken.None);

    public Task<int> StartPostcopyAsync() => RunAsync("letting it work at its target", () => LibvirtApi.StartPostcopy(handle, 0), CancellationToken.None);

    /// <summary>What its job is at, or what the last one that ended was; null when there is none. libvirt answers with errors while a job begins and ends: that is no data.</summary>
    public async Task<JobStatistics?> StatisticsAsync(bool ofCompleted = false)
    {
        try
        {
            return await RunAsync(
                "asking for its job",
                () => LibvirtApi.JobStatistics(handle, out int type, out nint parameters, out int count, ofCompleted ? StatisticsOfCompleted : 0) >= 0 ? JobStatistics.Take(type, parameters, count) : null,
                static _ => 0,
                CancellationToken.None);
        }
        catch (LibvirtException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether it is only the vessel for a state that is on its way here. It looks like a guest that stands still, and must not be let go on; what tells them apart
    /// is that libvirt refuses to speak of the job of a guest that is arriving.
    /// </summary>
    public async Task<bool> IsArrivingAsync(CancellationToken cancel)
    {
        if (Condition is not GuestCondition.Paused) return false;
        try
        {
            _ = await RunAsync("asking for its job", () => LibvirtApi.JobStatistics(handle, out int type, out nint parameters, out int count, 0) is var result && result >= 0 ? Discard(type, parameters, count) : result, cancel);
            return false;
        }
        catch (LibvirtException e) when (e.Code is not LibvirtException.Overdue)
        {
            return e.Code is LibvirtException.NotOnThisHost;
        }

        static int Discard(int type, nint parameters, int count) => JobStatistics.Take(type, parameters, count) is null ? 0 : 1;
    }

    /// <summary>Ends its job. There may be none any more, or it may have come too far: the job's own end tells.</summary>
    public async Task AbortQuietlyAsync()
    {
        try
        {
            _ = await RunAsync("giving up its job", () => LibvirtApi.AbortJob(handle), CancellationToken.None);
        }
        catch (LibvirtException)
        {
            // The job's own end tells.
        }
    }

    /// <summary>Writes its memory and devices into a file, which libvirt makes anew; it goes on afterwards only if it worked before.</summary>
    public Task<int> StartSaving(string file) => LibvirtCall.Start(() =>
    {
        nint snapshot = LibvirtApi.CreateSnapshot(handle, DomainDescription.MemoryInto(file), SnapshotWithoutMetadata);
        if (snapshot == 0) throw LibvirtException.OfLastError(Host, $"saving guest {guest} into {file}");
        return LibvirtApi.FreeSnapshot(snapshot);
    });

    public void Dispose() => handle.Dispose();

    private Task<int> RunAsync(string doing, Func<int> call, CancellationToken cancel) => RunAsync(doing, call, static result => result, cancel);

    private Task<T> RunAsync<T>(string doing, Func<T> call, Func<T, int> result, CancellationToken cancel)
    {
        string what = $"{doing} (guest {guest})";
        return connection.RunAsync(what, () =>
        {
            T value = call();
            _ = connection.Check(result(value), what);
            return value;
        }, cancel);
    }
}
