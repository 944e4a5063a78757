using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>The commands of QEMU that are used here, each with its words.</summary>
internal sealed class QemuMonitor(QmpConnection connection, string guest, string host) : IAsyncDisposable
{
    /// <summary>More than any wire gives: QEMU counts with the number, so it is not the largest that there is.</summary>
    private const long UnlimitedBytesPerSecond = 1L << 40;

    public QmpConnection Connection => connection;

    /// <summary>What the guest did when the socket was opened, in QEMU's word.</summary>
    public string StatusAtOpen { get; private set; } = "";

    /// <summary>Becomes the owner of a guest's socket on a host.</summary>
    public static async Task<QemuMonitor> OpenAsync(GuestFile file, string guest, string host, QmpDeadlines deadlines, TimeProvider time, CancellationToken cancel)
    {
        var monitor = new QemuMonitor(await QmpConnection.OpenAsync(file.SocketOf(guest, host), deadlines, time, cancel: cancel), guest, host);
        try
        {
            monitor.StatusAtOpen = await monitor.StatusAsync(cancel);
            return monitor;
        }
        catch
        {
            await monitor.DisposeAsync();
            throw;
        }
    }

    public string Guest => guest;

    public string Host => host;

    /// <summary>QEMU's own word for what the guest does.</summary>
    public async Task<string> StatusAsync(CancellationToken cancel = default) => Text(await connection.ExecuteAsync("query-status", cancel: cancel), "status");

    public async Task<long> MemoryBytesAsync(CancellationToken cancel = default) =>
        (await connection.ExecuteAsync("query-memory-size-summary", cancel: cancel)) is { ValueKind: JsonValueKind.Object } summary
        && summary.TryGetProperty("base-memory", out JsonElement bytes) && bytes.TryGetInt64(out long number) ? number : 0;

    /// <summary>Its processors are played by software; false also where QEMU does not say.</summary>
    public async Task<bool> IsEmulatedAsync(CancellationToken cancel = default) =>
        (await connection.ExecuteAsync("query-kvm", cancel: cancel)) is { ValueKind: JsonValueKind.Object } kvm
        && kvm.TryGetProperty("enabled", out JsonElement enabled) && enabled.ValueKind is JsonValueKind.False;

    public Task StopAsync(CancellationToken cancel = default) => connection.ExecuteAsync("stop", cancel: cancel);

    public Task ContinueAsync(CancellationToken cancel = default) => connection.ExecuteAsync("cont", cancel: cancel);

    public async Task<MigrationStatus> MigrationAsync(CancellationToken cancel = default) =>
        MigrationStatus.Read(await connection.ExecuteAsync("query-migrate", cancel: cancel));

    public Task MigrateAsync(string uri, CancellationToken cancel = default) => connection.ExecuteAsync("migrate", new JsonObject { ["uri"] = uri }, cancel);

    public Task AwaitIncomingAsync(string uri, CancellationToken cancel = default) => connection.ExecuteAsync("migrate-incoming", new JsonObject { ["uri"] = uri }, cancel);

    public Task CancelMigrationAsync() => connection.ExecuteAsync("migrate_cancel");

    public Task SwitchOverAsync() => connection.ExecuteAsync("migrate-continue", new JsonObject { ["state"] = "pre-switchover" });

    public Task StartPostcopyAsync() => connection.ExecuteAsync("migrate-start-postcopy");

    public Task QuitAsync() => connection.QuitAsync();

    /// <summary>
    /// Sets every migration capability that this QEMU knows, on or off: they stick to a process, and must be the same at both ends.
    /// </summary>
    /// <exception cref="HypervisorException">This QEMU lacks one that is wanted.</exception>
    public async Task SetCapabilitiesAsync(IReadOnlyCollection<string> wanted, CancellationToken cancel = default)
    {
        string[] known = [.. (await connection.ExecuteAsync("query-migrate-capabilities", cancel: cancel)).EnumerateArray().Select(static one => Text(one, "capability"))];
        if (wanted.FirstOrDefault(name => !known.Contains(name)) is { } missing)
            throw new HypervisorException($"the QEMU of guest {guest} on host {host} (version {connection.Version}) has no capability '{missing}'. Move the guest without it, or take a newer QEMU.");

        // Off before on: two that exclude one another are never on together.
        var list = new JsonArray([.. known.OrderBy(wanted.Contains).Select(name => (JsonNode)new JsonObject { ["capability"] = name, ["state"] = wanted.Contains(name) })]);
        await connection.ExecuteAsync("migrate-set-capabilities", new JsonObject { ["capabilities"] = list }, cancel);
    }

    public Task SetParametersAsync(long? bandwidthBytesPerSecondMax, TimeSpan downtimeLimit, int multifdChannels = 0, CancellationToken cancel = default)
    {
        var parameters = new JsonObject
        {
            ["max-bandwidth"] = bandwidthBytesPerSecondMax ?? UnlimitedBytesPerSecond,
            ["max-postcopy-bandwidth"] = bandwidthBytesPerSecondMax ?? 0,
            ["downtime-limit"] = (long)downtimeLimit.TotalMilliseconds,
        };
        if (multifdChannels > 0) parameters["multifd-channels"] = multifdChannels;
        return connection.ExecuteAsync("migrate-set-parameters", parameters, cancel);
    }

    /// <summary>Disks that the guest may write to: their content is in no saved state of its memory.</summary>
    public async Task<IReadOnlyList<QemuDisk>> DisksAsync(CancellationToken cancel = default) => QemuDisk.Read(await connection.ExecuteAsync("query-block", cancel: cancel));

    /// <summary>The node through which a file is read and written, the format's rather than the one beneath it; null if there is none.</summary>
    public async Task<string?> NodeOfAsync(string file, CancellationToken cancel = default) =>
        (await connection.ExecuteAsync("query-named-block-nodes", new JsonObject { ["flat"] = true }, cancel)).EnumerateArray()
            .Where(node => Text(node, "file") == file)
            .OrderBy(static node => Text(node, "drv") is "file")
            .Select(static node => Text(node, "node-name"))
            .FirstOrDefault();

    public async Task SetLinkAsync(bool isUp, CancellationToken cancel = default)
    {
        string[] cards = [.. (await connection.ExecuteAsync("query-rx-filter", cancel: cancel)).EnumerateArray().Select(static card => Text(card, "name"))];
        if (cards.Length == 0) throw new HypervisorException($"guest {guest} on host {host} has no network card whose link could be put {(isUp ? "up" : "down")}.");
        foreach (string card in cards) await connection.ExecuteAsync("set_link", new JsonObject { ["name"] = card, ["up"] = isUp }, cancel);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}
