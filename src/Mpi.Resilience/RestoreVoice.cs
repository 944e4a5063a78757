using System;
using System.Globalization;
using System.IO;
using HpcVirt.Checkpoint;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// Tells people how far a long restart is: a bar on a terminal, a line every few seconds elsewhere. It speaks from rank 0, of rank 0's own progress
/// times the number of ranks: the others read as much at the same time, and to ask them would cost what a restart should not.
/// </summary>
/// <param name="output">Where to.</param>
/// <param name="isTerminal">Whether a line can be drawn over.</param>
/// <param name="ranks">The ranks of the job.</param>
/// <param name="time">The clock.</param>
internal sealed class RestoreVoice(TextWriter output, bool isTerminal, int ranks, TimeProvider time) : IProgress<RestoreProgress>
{
    private const int BarWidth = 30;
    private const double GibiBytes = 1 << 30;

    /// <summary>What is over by then needs no words.</summary>
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BarEvery = TimeSpan.FromSeconds(0.2);

    private readonly long _startedAt = time.GetTimestamp();
    private long _saidAt = time.GetTimestamp();
    private bool _hasSaid;

    public static RestoreVoice OnStandardError(int ranks, TimeProvider time) => new(Console.Error, !Console.IsErrorRedirected, ranks, time);

    public void Report(RestoreProgress value)
    {
        if (time.GetElapsedTime(_saidAt) < (isTerminal ? BarEvery : LineEvery))
            return;
        _saidAt = time.GetTimestamp();
        _hasSaid = true;
        string text = Line(value, time.GetElapsedTime(_startedAt));
        if (isTerminal)
            output.Write($"\r{text}");
        else
            output.WriteLine(text);
    }

    /// <summary>The restart is over; a bar's line is left.</summary>
    public void End()
    {
        if (isTerminal && _hasSaid)
            output.WriteLine();
    }

    private string Line(RestoreProgress progress, TimeSpan elapsed)
    {
        // Read once to verify and once to fill: what people know is the state's size.
        double fraction = progress.TotalBytes == 0 ? 1 : (double)progress.DoneBytes / progress.TotalBytes;
        double stateGibiBytes = progress.TotalBytes / 2.0 * ranks / GibiBytes;
        double speed = progress.DoneBytes * (double)ranks / GibiBytes / Math.Max(elapsed.TotalSeconds, 1e-3);
        int full = (int)(fraction * BarWidth);
        string bar = isTerminal ? $"[{new string('#', full)}{new string('-', BarWidth - full)}] " : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"hpcvirt: restoring {bar}{fraction * 100,3:F0} % of {stateGibiBytes:F2} GiB, read twice, at {speed:F2} GiB/s (rank 0's progress times {ranks})");
    }
}
