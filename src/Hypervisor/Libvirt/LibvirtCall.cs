using System;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>
/// Runs calls of libvirt's library on threads of their own. A call cannot be interrupted: one that is not over in time is left behind, on a thread that keeps no
/// process alive, and its caller goes on with an error.
/// </summary>
internal static class LibvirtCall
{
    public static Task<T> Start<T>(Func<T> call) =>
        Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);

    /// <summary>Runs one call.</summary>
    /// <exception cref="LibvirtException">It failed, or was not over in time.</exception>
    public static async Task<T> RunAsync<T>(string host, string doing, Func<T> call, TimeSpan within, TimeProvider time, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            return await Start(call).WaitAsync(within, time, cancel);
        }
        catch (TimeoutException e)
        {
            throw LibvirtException.NotInTime(host, doing, within, e);
        }
    }
}
