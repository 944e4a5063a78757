using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Native;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>A connection to the libvirt of one host. Several calls may be under way on it at once.</summary>
internal sealed class LibvirtConnection : IAsyncDisposable
{
    private const uint RestorePaused = 4;

    private readonly LibvirtDeadlines _deadlines;
    private readonly TimeProvider _time;
    private volatile bool _isGivenUp;

    private LibvirtConnection(string host, string uri, LibvirtConnectionHandle handle, LibvirtDeadlines deadlines, TimeProvider time)
    {
        Host = host;
        Uri = uri;
        Handle = handle;
        _deadlines = deadlines;
        _time = time;
    }

    public string Host { get; }

    public string Uri { get; }

    public LibvirtConnectionHandle Handle { get; }

    public static async Task<LibvirtConnection> OpenAsync(string host, string uri, LibvirtDeadlines deadlines, TimeProvider time, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        Task<LibvirtConnectionHandle> opening = LibvirtCall.Start(() => LibvirtApi.Open(uri) is { IsInvalid: false } handle ? handle : throw LibvirtException.OfLastError(host, $"connecting to {uri}"));
        try
        {
            return new LibvirtConnection(host, uri, await opening.WaitAsync(deadlines.Open, time, cancel), deadlines, time);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            // One that comes late is closed again, on a thread that may wait for it.
            _ = opening.ContinueWith(static late => late.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.LongRunning, TaskScheduler.Default);
            if (e is TimeoutException) throw LibvirtException.NotInTime(host, $"connecting to {uri}", deadlines.Open, e);
            throw;
        }
    }

    /// <summary>Runs a call that is over at once on a daemon that is well.</summary>
    public Task<T> RunAsync<T>(string doing, Func<T> call, CancellationToken cancel) => RunAsync(doing, call, _deadlines.Command, cancel);

    public async Task<T> RunAsync<T>(string doing, Func<T> call, TimeSpan within, CancellationToken cancel)
    {
        try
        {
            return await LibvirtCall.RunAsync(Host, doing, call, within, _time, cancel);
        }
        catch (LibvirtException e) when (e.Code is LibvirtException.Overdue)
        {
            _isGivenUp = true;
            throw;
        }
    }

    /// <summary>A domain by its name, whether it is active or only defined; null if there is none.</summary>
    public async Task<LibvirtDomain?> FindAsync(string guest, CancellationToken cancel)
    {
        try
        {
            string doing = $"looking for guest {guest}";
            LibvirtDomainHandle handle = await RunAsync(doing, () => LibvirtApi.Lookup(Handle, guest) is { IsInvalid: false } found ? found : throw LibvirtException.OfLastError(Host, doing), cancel);
            var domain = new LibvirtDomain(this, guest, handle);
            await domain.RefreshAsync(cancel);
            return domain;
        }
        catch (LibvirtException e) when (e.Code is LibvirtException.NoDomain)
        {
            return null;
        }
    }

    /// <summary>The description of the guest whose state a file holds: refuses what is no state of libvirt's.</summary>
    public Task<DomainDescription> DescribeStateAsync(string file, CancellationToken cancel)
    {
        string doing = $"reading {file}";
        return RunAsync(doing, () => DomainDescription.Parse(LibvirtApi.Take(LibvirtApi.DescriptionOfState(Handle, file, 0)) ?? throw LibvirtException.OfLastError(Host, doing)), cancel);
    }

    /// <summary>Brings a guest back from a file, and leaves it stopped.</summary>
    public Task<int> RestoreAsync(string file, TimeSpan within, CancellationToken cancel)
    {
        string doing = $"restoring from {file}";
        return RunAsync(doing, () => Check(LibvirtApi.Restore(Handle, file, null, RestorePaused), doing), within, cancel);
    }

    /// <summary>To be called on the thread of the call.</summary>
    public int Check(int result, string doing) => result >= 0 ? result : throw LibvirtException.OfLastError(Host, doing);

    public async ValueTask DisposeAsync()
    {
        if (!_isGivenUp)
        {
            try
            {
                _ = await LibvirtCall.RunAsync(Host, "closing", () => { Handle.Dispose(); return true; }, _deadlines.Close, _time, CancellationToken.None);
                return;
            }
            catch (LibvirtException)
            {
                // It hangs: a tool that is done does not wait for it.
            }
        }

        // A call is still under way on it, or it hangs: closing would wait for the daemon as well.
        Handle.SetHandleAsInvalid();
    }
}
