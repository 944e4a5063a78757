using System;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>A session with one of vCenter's two interfaces: begun when it is needed first, and anew when it has expired. Many may ask at once; one logs in.</summary>
/// <param name="login">Logs in and returns the session.</param>
internal sealed class VCenterSession(Func<CancellationToken, Task<string>> login) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private string? _session;

    /// <summary>The session, if there is one.</summary>
    public string? Known => Volatile.Read(ref _session);

    /// <summary>The session; logs in if there is none, or if it is the one that has expired.</summary>
    /// <param name="expired">A session that was refused; null if none was.</param>
    /// <param name="cancel">Gives it up.</param>
    public async Task<string> GetAsync(string? expired, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel);
        try
        {
            if (_session is null || _session == expired) Volatile.Write(ref _session, await login(cancel));
            return _session!;
        }
        finally
        {
            _ = _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
