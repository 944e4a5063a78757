using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;

namespace HpcVirt.Samples.Backend;

/// <summary>
/// A backend of one's own, as small as can be: its guests are processes of this machine, which can be stopped and let go on, and nothing else. What it cannot do
/// it does not claim, and refuses by name.
/// </summary>
public sealed class ProcessBackend(IReadOnlyDictionary<string, int> processes) : IHypervisorBackend
{
    private const string ThisHost = "here";

    public string Name => "processes";

    public BackendCapabilities Capabilities { get; } = new();

    public Task<IReadOnlyList<Guest>> GuestsAsync(CancellationToken cancel = default) =>
        Task.FromResult<IReadOnlyList<Guest>>([.. processes.Select(static one => Describe(one.Key, one.Value))]);

    public Task PauseAsync(string guest, CancellationToken cancel = default) => SignalAsync(guest, "STOP", GuestCondition.Paused, cancel);

    public Task ResumeAsync(string guest, CancellationToken cancel = default) => SignalAsync(guest, "CONT", GuestCondition.Running, cancel);

    public Task<SavedState> SaveAsync(string guest, SaveOptions options, CancellationToken cancel = default) => throw Cannot(guest, "be saved");

    public Task RestoreAsync(string guest, RestoreOptions options, CancellationToken cancel = default) => throw Cannot(guest, "be restored");

    public Task<MigrationResult> MigrateAsync(string guest, MigrationOptions options, System.IProgress<MigrationProgress>? progress = null, CancellationToken cancel = default) =>
        throw Cannot(guest, "be moved");

    public Task SetLinkAsync(string guest, bool isUp, CancellationToken cancel = default) => throw Cannot(guest, "lose its link");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The letter behind the name, which may itself contain anything.</summary>
    private static Guest Describe(string name, int processId)
    {
        string file = $"/proc/{processId}/stat";
        if (!File.Exists(file)) return new Guest(name, null, GuestCondition.Absent);
        string stat = File.ReadAllText(file);
        return new Guest(name, ThisHost, stat[stat.LastIndexOf(')') + 2] switch { 'T' or 't' => GuestCondition.Paused, 'Z' or 'X' => GuestCondition.Failed, _ => GuestCondition.Running });
    }

    private async Task SignalAsync(string guest, string signal, GuestCondition leadsTo, CancellationToken cancel)
    {
        int processId = Find(guest);
        using Process kill = Process.Start("kill", [$"-{signal}", $"{processId}"]);
        await kill.WaitForExitAsync(cancel);
        if (kill.ExitCode != 0) throw new HypervisorException($"process {processId} of guest {guest} takes no signal. It has ended, or belongs to somebody else.");
        // The signal is sent when kill ends; the promise is that the guest stands still when the verb does.
        while (Describe(guest, processId) is { Condition: GuestCondition.Running or GuestCondition.Paused } now && now.Condition != leadsTo) await Task.Delay(1, cancel);
    }

    private int Find(string guest) =>
        processes.TryGetValue(guest, out int processId) ? processId : throw new HypervisorException($"there is no guest '{guest}'; there are {string.Join(", ", processes.Keys)}.");

    private HypervisorException Cannot(string guest, string what)
    {
        _ = Find(guest);
        return new HypervisorException($"guest {guest} cannot {what}: the backend {Name} only stops processes and lets them go on.");
    }
}
