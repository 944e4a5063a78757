using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.Json;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Simulation;

/// <summary>
/// Makes the health data of a fleet that never was: readings, events, failures, nodes, the description of the grid, and the oracle. The same options give the
/// same bytes. Rows are written as they arise; memory does not grow with the span.
/// </summary>
public sealed class FleetSimulator : IDisposable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    private readonly FleetOptions _options;
    private readonly string _directory;
    private readonly SimulatedNode[] _nodes;
    private readonly StreamWriter _readings;
    private readonly StreamWriter _events;
    private readonly StreamWriter _oracle;
    private readonly List<(double TimeS, int Node, string Kind, double UntilS)> _failures = [];

    private FleetSimulator(string directory, FleetOptions options)
    {
        _options = options;
        _directory = directory;
        // A stream of its own for each node: the fleet's size does not change what befalls its first nodes.
        _nodes = [.. Enumerable.Range(0, options.Nodes).Select(i => new SimulatedNode(i, new Random(unchecked((options.Seed * 1_000_003) + i))))];
        _readings = Packed("readings.csv.gz");
        _events = Packed("events.csv.gz");
        _oracle = Packed(Evaluation.Oracle.FileName);
    }

    /// <summary>Makes a fleet's data.</summary>
    /// <param name="directory">The folder to write to; made if need be.</param>
    /// <param name="options">The fleet.</param>
    /// <param name="onProgress">Told how much is done, from 0 to 1.</param>
    /// <returns>The number of readings and of failures.</returns>
    public static (long Readings, int Failures) Run(string directory, FleetOptions options, Action<double>? onProgress = null)
    {
        if (options.Problem() is { } problem) throw new PredictorException(problem);
        Directory.CreateDirectory(directory);
        using var simulator = new FleetSimulator(directory, options);
        long readings = simulator.Simulate(onProgress);
        return (readings, simulator._failures.Count);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _readings.Dispose();
        _events.Dispose();
        _oracle.Dispose();
    }

    private long Simulate(Action<double>? onProgress)
    {
        long startS = _options.Start.ToUnixTimeSeconds(), endS = startS + (long)_options.Span.TotalSeconds;
        long intervalS = (long)_options.Interval.TotalSeconds, stepS = (long)_options.Step.TotalSeconds;
        double[] values = new double[SimulatedNode.Sensors.Length];
        long readings = 0;
        _readings.Write($"time,node,{string.Join(',', SimulatedNode.Sensors)}\n");
        _events.Write("time,node,kind,code,count,message\n");
        _oracle.Write("time,node,risk\n");
        for (long nowS = startS; nowS < endS; nowS += intervalS)
        {
            string time = TimeText.Format(nowS);
            for (int i = 0; i < _nodes.Length; i++)
            {
                SimulatedNode node = _nodes[i];
                NodeTurn turn = node.Advance(nowS, intervalS);
                Tell(turn, node, i, nowS, intervalS, time);
                if (turn.What is NodeTurnKind.Down or NodeTurnKind.Failed) continue;
                node.Read(nowS, intervalS, values);
                readings += WriteReadings(time, node, values);
                if (node.LastCorrected > 0)
                    _events.Write($"{time},{node.Name},kernel,edac_ce,{node.LastCorrected},EDAC MC0: {node.LastCorrected} CE memory read error on DIMM_{node.SickDimm} (channel:{(node.SickDimm == "A1" ? 0 : 1)} slot:0 page:0x{(int)node.UniformBelow(1 << 20):x})\n");
                if (nowS % stepS == 0) _oracle.Write($"{time},{node.Name},{OracleRisk.Of(node.Ailment, _options.Horizon.TotalHours).ToString("R", CultureInfo.InvariantCulture)}\n");
            }

            onProgress?.Invoke((nowS - startS) / (double)(endS - startS));
        }

        WriteFailures(endS);
        WriteNodes(startS);
        WriteDescription(startS, endS);
        return readings;
    }

    private void Tell(NodeTurn turn, SimulatedNode node, int index, long nowS, long intervalS, string time)
    {
        switch (turn.What)
        {
            case NodeTurnKind.Failed:
                // Within the interval that ends now, so that the failure lies after all that was read before it.
                _failures.Add((Math.Floor(nowS - node.UniformBelow(intervalS - 1)), index, turn.Detail, node.DownUntilS));
                break;
            case NodeTurnKind.Rebooted:
                _events.Write($"{time},{node.Name},maintenance,reboot,1,planned reboot\n");
                break;
            case NodeTurnKind.Healed:
                _events.Write($"{time},{node.Name},maintenance,{turn.Detail},1,part replaced or retired\n");
                break;
            case NodeTurnKind.Up:
                if (node.UniformBelow(1) < 0.01) _events.Write($"{time},{node.Name},kernel,noise,1,\"systemd: session {(int)node.UniformBelow(9999)} of user job closed, as usual\"\n");
                break;
            default:
                break;
        }
    }

    private long WriteReadings(string time, SimulatedNode node, double[] values)
    {
        long readings = 0;
        _readings.Write(time);
        _readings.Write(',');
        _readings.Write(node.Name);
        Span<char> text = stackalloc char[32];
        foreach (double value in values)
        {
            _readings.Write(',');
            if (double.IsNaN(value)) continue;
            _ = Math.Round(value, 3).TryFormat(text, out int length, provider: CultureInfo.InvariantCulture);
            _readings.Write(text[..length]);
            readings++;
        }

        _readings.Write('\n');
        return readings;
    }

    private void WriteFailures(long endS)
    {
        using StreamWriter failures = Packed("failures.csv.gz");
        failures.Write("time,node,kind,until\n");
        foreach ((double timeS, int node, string kind, double untilS) in _failures.OrderBy(static f => f.TimeS).ThenBy(static f => f.Node))
            failures.Write($"{TimeText.Format((long)timeS)},{_nodes[node].Name},{kind},{(untilS < endS ? TimeText.Format((long)untilS) : "")}\n");
    }

    private void WriteNodes(long startS)
    {
        using StreamWriter nodes = Packed("nodes.csv.gz");
        nodes.Write("node,rack,model,first_seen\n");
        foreach (SimulatedNode node in _nodes) nodes.Write($"{node.Name},{node.Rack},{node.Model},{TimeText.Format(startS)}\n");
    }

    private void WriteDescription(long startS, long endS)
    {
        long horizonS = (long)_options.Horizon.TotalSeconds, stepS = (long)_options.Step.TotalSeconds;
        long At(double share) => startS + ((long)(share * (endS - horizonS - startS)) / stepS * stepS);
        string[] Range(double from, double to, long gapS = 0) => [TimeText.Format(At(from) + gapS), TimeText.Format(At(to))];
        // Between two periods lies one horizon, so that no label reaches over.
        long gap = horizonS + stepS;
        var description = new
        {
            name = "simulated-fleet",
            title = "A fleet that never was, with precursors that heal as well as precursors that end in failures",
            real = false,
            seed = _options.Seed,
            format = "canonical-health-1",
            stepHours = _options.Step.TotalHours,
            horizonsHours = new[] { _options.Horizon.TotalHours },
            minLeadHours = 0.25,
            mergeFailuresWithinHours = 0,
            grid = new { originUtc = TimeText.Format(startS), stepHours = _options.Step.TotalHours, observedAtLeastHours = 24, skipWhileDown = true },
            values = new { changeOnly = false },
            periods = new Dictionary<string, object>
            {
                [_options.Horizon.TotalHours.ToString(CultureInfo.InvariantCulture)] = new { train = Range(0, 0.6), validation = Range(0.6, 0.78, gap), refit = Range(0, 0.78), test = Range(0.78, 1, gap) },
            },
        };
        File.WriteAllText(Path.Combine(_directory, "dataset.json"), JsonSerializer.Serialize(description, Indented) + "\n");
    }

    private StreamWriter Packed(string name) =>
        new(new GZipStream(new FileStream(Path.Combine(_directory, name), FileMode.Create), CompressionLevel.Fastest), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
}
