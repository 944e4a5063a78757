using System;
using System.Text.Json;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>What <c>query-migrate</c> says.</summary>
internal sealed record MigrationStatus(string Status)
{
    public long TotalBytes { get; init; }

    public long SentBytes { get; init; }

    public long RestBytes { get; init; }

    public int Passes { get; init; }

    public long DirtyPagesPerSecond { get; init; }

    public int PageBytes { get; init; } = 4096;

    /// <summary>How much was sent in the last window: QEMU's own number, counted anew at the end of each window.</summary>
    public double SentMegabitsPerSecond { get; init; }

    public TimeSpan Took { get; init; }

    public TimeSpan Downtime { get; init; }

    public string Error { get; init; } = "";

    /// <summary>The port that a target listens on.</summary>
    public int? Port { get; init; }

    /// <summary>Something is being sent, or will be.</summary>
    public bool IsUnderWay => !IsOver && Status is not "none";

    public bool IsOver => Status is "completed" or "failed" or "cancelled";

    /// <summary>QEMU says "completed" a moment before it has written the times down; asked again, it knows them.</summary>
    public bool IsCompletedWithoutTimes => Status is "completed" && Took == TimeSpan.Zero;

    public static MigrationStatus Read(JsonElement answer)
    {
        if (answer.ValueKind is not JsonValueKind.Object) return new MigrationStatus("none");
        JsonElement ram = answer.TryGetProperty("ram", out JsonElement found) ? found : default;
        return new MigrationStatus(Text(answer, "status") is { Length: > 0 } status ? status : "none")
        {
            TotalBytes = Number(ram, "total"),
            SentBytes = Number(ram, "transferred"),
            RestBytes = Number(ram, "remaining"),
            Passes = (int)Math.Min(Number(ram, "dirty-sync-count"), int.MaxValue),
            DirtyPagesPerSecond = Number(ram, "dirty-pages-rate"),
            PageBytes = Number(ram, "page-size") is > 0 and < 1 << 30 and long page ? (int)page : 4096,
            SentMegabitsPerSecond = Decimal(ram, "mbps"),
            Took = TimeSpan.FromMilliseconds(Number(answer, "total-time")),
            Downtime = TimeSpan.FromMilliseconds(Number(answer, "downtime")),
            Error = Text(answer, "error-desc"),
            Port = ReadPort(answer),
        };
    }

    private static int? ReadPort(JsonElement answer)
    {
        if (!answer.TryGetProperty("socket-address", out JsonElement list) || list.ValueKind is not JsonValueKind.Array) return null;
        foreach (JsonElement address in list.EnumerateArray())
        {
            if (Text(address, "type") == "inet" && int.TryParse(Text(address, "port"), out int port)) return port;
        }

        return null;
    }

    private static double Decimal(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out double number) ? number : 0;

    private static string Text(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";

    private static long Number(JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out long number)
            ? Math.Max(0, number)
            : 0;
}
