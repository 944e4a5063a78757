using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;

namespace HpcVirt.Benchmarks.Migration;

/// <summary>
/// One long stencil in three guests. Again and again one of them is moved over a wire that carries less than it writes, with the job silenced for the
/// switch-over and without; then all are saved, by us and by hand. Gaps are times between two steps on rank 0, whose guest is never moved.
/// </summary>
internal sealed class MigrationBench(string script, string scratch, string only)
{
    private const int Rows = 1500;
    private const int Columns = 500;
    private const int Pairs = 10;
    private const int Saves = 7;
    private const int HopelessTries = 3;
    private const long BytesPerSecond = 8 << 20;
    private const string Moved = "vm2";

    private static readonly TimeSpan Downtime = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan DeadlineOfMove = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan DowntimeMax = TimeSpan.FromSeconds(10);

    private readonly Lab _lab = new(script, Path.Combine(scratch, "lab"));

    public async Task<int> RunAsync(string? json, TextWriter output, TextWriter error)
    {
        var figures = new Figures(output);
        figures.SayHead();
        try
        {
            await _lab.UpAsync(Rows, Columns);
            await using var backend = new QemuBackend(GuestFile.Load(Path.Combine(_lab.Place, "guests.json")), TimeProvider.System);
            if (Wants("gap_beyond_downtime_s") || Wants("gap_ratio_aware_unaware") || Wants("converges_where_unaware_does_not")) await MoveAsync(backend, figures);
            if (Wants("set_snapshot_ratio")) await SaveHeldAsync(backend, figures);
            if (Wants("set_snapshot_background_ms")) await SaveInBackgroundAsync(backend, figures);
        }
        catch (Exception reason) when (reason is InvalidOperationException or TimeoutException or IOException or HypervisorException)
        {
            error.WriteLine($"bench: {reason.Message}");
            return 1;
        }
        finally
        {
            await _lab.DisposeAsync();
        }

        figures.Close(json);
        return 0;
    }

    private bool Wants(string figure) => figure.Contains(only, StringComparison.Ordinal);

    private async Task MoveAsync(QemuBackend backend, Figures figures)
    {
        string here = "b", there = "a";

        // What an operator would do without a silent job: allow a longer stop until the guest gets away.
        TimeSpan enough = 2 * Downtime;
        List<Move> aware = [], unaware = [];
        for (int pair = 0; pair < Pairs; pair++)
        {
            foreach (bool isAware in (bool[])[pair % 2 == 0, pair % 2 != 0])
            {
                Move? move;
                while ((move = await TryMoveAsync(backend, there, isAware ? Downtime : enough, isAware, DeadlineOfMove)) is null)
                {
                    enough *= 2;
                    if (isAware || enough > DowntimeMax) throw new InvalidOperationException($"a move {(isAware ? "with silence" : $"without silence, {enough.TotalSeconds} s of downtime allowed,")} was not over within {DeadlineOfMove.TotalSeconds} s");
                }

                (isAware ? aware : unaware).Add(move);
                (here, there) = (there, here);
            }
        }

        figures.Say($"{Pairs} pairs over {BytesPerSecond >> 20} MiB/s; without silence the guest got away when it might stand still for {enough.TotalSeconds:0.0} s");
        figures.Add("gap_beyond_downtime_s", 0.25, [.. aware.Select(static move => move.GapS - move.DowntimeS)], against: "the hypervisor's own downtime in the same move");
        figures.Add("gap_ratio_aware_unaware", 1, [.. aware.Zip(unaware, static (with, without) => with.GapS / without.GapS)], "ratio", "the longest gap without silence");
        figures.Add("gap_aware_s", double.NaN, [.. aware.Select(static move => move.GapS)]);
        figures.Add("gap_unaware_s", double.NaN, [.. unaware.Select(static move => move.GapS)]);
        figures.Add("downtime_aware_s", double.NaN, [.. aware.Select(static move => move.DowntimeS)]);
        figures.Add("downtime_unaware_s", double.NaN, [.. unaware.Select(static move => move.DowntimeS)]);
        figures.Add("took_aware_s", double.NaN, [.. aware.Select(static move => move.TookS)]);
        figures.Add("took_unaware_s", double.NaN, [.. unaware.Select(static move => move.TookS)]);

        // The same limits without silence, for twice as long as the slowest of the moves with it.
        TimeSpan deadline = TimeSpan.FromSeconds(Math.Max(20, 2 * aware.Max(static move => move.TookS)));
        int got = 0;
        for (int i = 0; i < HopelessTries; i++)
        {
            if (await TryMoveAsync(backend, there, Downtime, isAware: false, deadline) is null) continue;
            got++;
            (here, there) = (there, here);
        }

        figures.Add("converges_where_unaware_does_not", 1, [got == 0 ? 1 : 0], "1 or 0", $"the same move without silence, {HopelessTries} tries of {deadline.TotalSeconds:0} s, {got} got away", isAtLeast: true);
    }

    /// <summary>One move, and the longest gap between steps from its beginning on; null when it was not over in time.</summary>
    private async Task<Move?> TryMoveAsync(QemuBackend backend, string host, TimeSpan downtime, bool isAware, TimeSpan deadline)
    {
        int lines = (await _lab.LogAsync()).Length;
        var options = new MigrationOptions
        {
            TargetHost = host,
            BandwidthBytesPerSecondMax = BytesPerSecond,
            DowntimeLimit = downtime,
            Deadline = deadline,
            BeforeSwitchOver = isAware ? _ => _lab.SilenceAsync() : null,
            AfterSwitchOver = isAware ? _lab.ReleaseAsync : null,
        };
        long start = Stopwatch.GetTimestamp();
        MigrationResult result;
        try
        {
            result = await backend.MigrateAsync(Moved, options);
        }
        catch (MigrationFailedException) when (Stopwatch.GetElapsedTime(start) >= deadline)
        {
            return null;
        }

        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Move(await _lab.LongestGapAsync(lines), result.Downtime.TotalSeconds, took);
    }

    private async Task SaveHeldAsync(QemuBackend backend, Figures figures)
    {
        List<double> ratios = [], ours = [];
        for (int i = 0; i < Saves; i++)
        {
            double byHand = 0;
            foreach (bool isOurs in (bool[])[i % 2 == 0, i % 2 != 0])
            {
                if (isOurs) ours.Add((await SnapshotAsync(backend, new SnapshotOptions())).StoodStillFor!.Value.TotalSeconds);
                else byHand = await ByHand.SaveAsync(await SocketsAsync(backend), Path.Combine(scratch, "by-hand"));
                await Task.Delay(500);
            }

            ratios.Add(ours[^1] / byHand);
        }

        figures.Add("set_snapshot_ratio", 1.2, ratios, "ratio", "stop and save of the same guests by hand");
        figures.Add("set_snapshot_s", double.NaN, ours);
    }

    private async Task SaveInBackgroundAsync(QemuBackend backend, Figures figures)
    {
        List<double> silent = [], gaps = [];
        for (int i = 0; i < Saves; i++)
        {
            int lines = (await _lab.LogAsync()).Length;
            SnapshotResult result = await SnapshotAsync(backend, new SnapshotOptions { InBackground = true, SilenceJob = _ => _lab.SilenceAsync(), ReleaseJob = _lab.ReleaseAsync });
            silent.Add(result.StoodStillFor!.Value.TotalMilliseconds);
            gaps.Add(await _lab.LongestGapAsync(lines));
        }

        figures.Add("set_snapshot_background_ms", 50, silent, "ms", "from the job's silence to its release");
        figures.Add("set_snapshot_background_gap_s", double.NaN, gaps);
    }

    private async Task<SnapshotResult> SnapshotAsync(QemuBackend backend, SnapshotOptions options)
    {
        string place = Path.Combine(scratch, "sets");
        SnapshotResult result = await new SetSnapshot(backend, new GuestSetDirectory(place), TimeProvider.System).RunAsync(options);
        Directory.Delete(place, recursive: true);
        return result;
    }

    private async Task<List<string>> SocketsAsync(QemuBackend backend) =>
        [.. (await backend.GuestsAsync()).Select(guest => Path.Combine(_lab.Place, "run", $"{guest.Name}@{guest.Host}.qmp"))];

    private sealed record Move(double GapS, double DowntimeS, double TookS);
}
