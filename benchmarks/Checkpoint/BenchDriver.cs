using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Benchmarks.Checkpoint;

/// <summary>Starts the measuring processes, shows their figures with the verdicts, and writes the JSON.</summary>
internal static class BenchDriver
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static Process? _measuring;

    public static int Run(string? json, string only, TextWriter output, TextWriter error)
    {
        string root = Path.Combine("/dev/shm", $"hpcvirt-bench-{System.Environment.ProcessId}");
        var figures = new List<Measured>();

        // Gigabytes of memory lie there: they go also when somebody loses patience.
        void Abandon(PosixSignalContext context)
        {
            _measuring?.Kill(entireProcessTree: true);
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Abandon);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Abandon);
        output.WriteLine($"{"figure",-24} {"value",7}  {"bar",6}  {"verdict",-7}  {"spread",-18} against");
        try
        {
            string self = System.Environment.ProcessPath ?? throw new InvalidOperationException("this program does not know its own path");
            Measure([self, "kernels", only], figures, output);
            foreach (int ranks in (int[])[2, 4])
            {
                Directory.CreateDirectory(root);
                Measure([
                    "mpirun.openmpi", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "--mca", "mpi_yield_when_idle", "1", "-n", $"{ranks}",
                    self, "ranks", root, only], figures, output);
                Directory.Delete(root, recursive: true);
            }
        }
        catch (Exception reason) when (reason is InvalidOperationException or IOException or TimeoutException or System.ComponentModel.Win32Exception)
        {
            error.WriteLine($"bench: {reason.Message}");
            return 1;
        }
        finally
        {
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        }

        output.WriteLine($"{figures.Count(static f => f.Passes)} of {figures.Count} figures keep to their bar");
        if (json is not null) WriteJson(json, figures);
        return 0;
    }

    private static void Measure(string[] command, List<Measured> figures, TextWriter output)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TERM"] = "dumb";
        start.Environment["HPCVIRT_MPI"] = "openmpi";
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start)!;
        _measuring = process;
        bool isLate = false;
        using var deadline = new Timer(
            _ =>
            {
                isLate = true;
                process.Kill(entireProcessTree: true);
            },
            null, Deadline, Timeout.InfiniteTimeSpan);
        Task<string> complained = process.StandardError.ReadToEndAsync();

        // Each figure is shown when it is known: some take a minute.
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.StartsWith(FigureLines.Prefix + "\t", StringComparison.Ordinal)) Show(line.Split('\t'), figures, output);
        }

        process.WaitForExit();
        _measuring = null;
        if (isLate) throw new TimeoutException($"'{string.Join(' ', command)}' did not end within {Deadline.TotalMinutes} minutes and was ended");
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode}:\n{complained.Result}");
    }

    private static void Show(string[] fields, List<Measured> figures, TextWriter output)
    {
        double[] runs = [.. fields[4].Split(' ').Select(static v => double.Parse(v, CultureInfo.InvariantCulture))];
        var measured = new Measured(fields[1], fields[2], double.Parse(fields[3], CultureInfo.InvariantCulture), runs);
        figures.Add(measured);
        string bar = double.IsNaN(measured.Bar) ? "" : $"{(measured.Bar < 0 ? ">=" : "<=")}{double.Abs(measured.Bar):F2}";
        string verdict = double.IsNaN(measured.Bar) ? "" : measured.Passes ? "passes" : "MISSES";
        output.WriteLine($"{measured.Name,-24} {measured.Value,7:F3}  {bar,6}  {verdict,-7}  {$"{runs.Min():F3} .. {runs.Max():F3}",-18} {measured.Against}");
        output.Flush();
    }

    private static void WriteJson(string path, List<Measured> figures)
    {
        var document = new
        {
            figures = figures.Select(static f => new { name = f.Name, value = f.Value, unit = "ratio", against = f.Against, runs = f.Runs }),
        };
        string temporaryPath = $"{path}.part";
        File.WriteAllText(temporaryPath, JsonSerializer.Serialize(document, Indented) + "\n");
        File.Move(temporaryPath, path, overwrite: true);
    }

    private sealed record Measured(string Name, string Against, double Bar, double[] Runs)
    {
        public double Value => Runs.Order().ElementAt(Runs.Length / 2);

        public bool Passes => double.IsNaN(Bar) || (Bar < 0 ? Value >= -Bar : Value <= Bar);
    }
}
