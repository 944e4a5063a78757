using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Asks journalctl for the kernel's messages since the last one that was read.</summary>
public sealed class JournalSource(string node) : IObservationSource
{
    private string? _cursor;

    /// <inheritdoc/>
    public string Name => "journal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
    {
        string[] since = _cursor is null ? ["--since", "-1 hour"] : ["--after-cursor", _cursor];
        using Process journal = Start(["-k", "-o", "json", "--no-pager", .. since]);
        var seen = new List<Observation>();
        try
        {
            while (await journal.StandardOutput.ReadLineAsync(cancellation) is { } line)
            {
                if (KernelLog.ParseLine(line, node, timeS) is { } happened) seen.Add(happened);
                _cursor = CursorOf(line) ?? _cursor;
            }

            await journal.WaitForExitAsync(cancellation);
        }
        finally
        {
            // One that we started, and by its handle: it must not outlive its deadline.
            if (!journal.HasExited) journal.Kill();
        }

        return seen;
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("journalctl") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new PredictorException($"journalctl cannot be started ({error.Message}); leave the source 'journal' out on a machine without systemd.", error);
        }
    }

    private static string? CursorOf(string line)
    {
        try
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            return entry.RootElement.TryGetProperty("__CURSOR", out JsonElement cursor) ? cursor.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
