using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Threading;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Protocol;
using HpcVirt.Predictor.Live.Sources;
using HpcVirt.Predictor.ModelFile;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt predict watch</c>.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public static Command Create()
    {
        var command = new Command("watch", PredictTexts.Watch);
        Option<string> model = PredictOptions.Model();
        var sources = new Option<string[]>("--source") { Description = "sysfs, journal, ipmi, smartctl:DEVICE, rasdaemon[:FILE], prometheus:URL or replay:DIR. May be given several times, but replay stands alone.", HelpName = "SOURCE", Required = true };
        var nodes = new Option<string?>("--nodes") { Description = "A nodes.csv with the static attributes.", HelpName = "FILE" };
        var node = new Option<string>("--node") { Description = "This machine's name, for sources that name none.", HelpName = "NAME", DefaultValueFactory = _ => Environment.MachineName };
        Option<TimeSpan?> interval = PredictOptions.Duration("--interval", "Time between two judgements. Left out: 30s; in a replay: the step of the model's grid.");
        var speed = new Option<double>("--speed") { Description = "In a replay: seconds of data in a second; 0: as fast as can be.", HelpName = "FACTOR" };
        var toFire = new Option<int>("--fire-after") { Description = "Samples in a row that fire an alert.", HelpName = "N", DefaultValueFactory = _ => new GateOptions().ToFire };
        var toClear = new Option<int>("--clear-after") { Description = "Samples in a row that clear it.", HelpName = "M", DefaultValueFactory = _ => new GateOptions().ToClear };
        Option<TimeSpan?> hold = PredictOptions.Duration("--hold", "How long an alert stands at least. Left out: 30m.");
        var metrics = new Option<string?>("--metrics") { Description = "Keep the risks there in the Prometheus text format (a textfile collector picks them up).", HelpName = "FILE" };
        var rounds = new Option<int?>("--rounds") { Description = "End after so many judgements. Left out: at Ctrl-C, or at the end of a replay.", HelpName = "N" };
        Option<string?> from = PredictOptions.From(), to = PredictOptions.To();
        foreach (Option option in (Option[])[model, sources, nodes, node, interval, speed, toFire, toClear, hold, metrics, rounds, from, to]) command.Options.Add(option);
        command.SetAction(parsed => PredictCommand.Run(() =>
        {
            FailurePredictor predictor = PredictorFile.Load(parsed.GetValue(model)!, AllEngines.List);
            var gate = new GateOptions { ToFire = parsed.GetValue(toFire), ToClear = parsed.GetValue(toClear), Hold = parsed.GetValue(hold) ?? new GateOptions().Hold };
            using var stop = new CancellationTokenSource();
            ConsoleCancelEventHandler onCancel = (_, pressed) =>
            {
                pressed.Cancel = true;
                stop.Cancel();
            };
            Console.CancelKeyPress += onCancel;
            using var watcher = new Watcher(predictor, parsed.GetValue(metrics), parsed.GetValue(rounds), stop);
            string[] wanted = parsed.GetValue(sources)!;
            try
            {
                if (wanted is [string only] && only.StartsWith("replay:", StringComparison.Ordinal))
                {
                    string directory = only["replay:".Length..];
                    using var dataset = HealthDataset.Open(directory, new DatasetOptions());
                    var watch = new NodeWatch(predictor, gate, parsed.GetValue(nodes) ?? NodesOf(directory));
                    DatasetReplay.Play(dataset, watch, parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(interval) ?? predictor.Step, parsed.GetValue(speed), TimeProvider.System, watcher.Tell, stop.Token);
                    watcher.Close(watch);
                }
                else
                {
                    var watch = new NodeWatch(predictor, gate, parsed.GetValue(nodes));
                    IObservationSource[] all = [.. wanted.Select(text => ObservationSources.Of(text, parsed.GetValue(node)!))];
                    try
                    {
                        Poll(watch, all, parsed.GetValue(interval) ?? TimeSpan.FromSeconds(30), watcher, stop.Token);
                    }
                    finally
                    {
                        foreach (IDisposable source in all.OfType<IDisposable>()) source.Dispose();
                    }

                    watcher.Close(watch);
                }
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C, or the last round: both are the end that was wanted.
            }
            finally
            {
                Console.CancelKeyPress -= onCancel;
            }

            return 0;
        }));
        return command;
    }

    private static string? NodesOf(string directory)
    {
        string plain = Path.Combine(directory, "nodes.csv");
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }

    private static void Poll(NodeWatch watch, IObservationSource[] sources, TimeSpan interval, Watcher watcher, CancellationToken stop)
    {
        var poller = new SourcePoller(sources, Deadline, TimeProvider.System);
        while (!stop.IsCancellationRequested)
        {
            long timeS = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            foreach (Observation seen in poller.AskAsync(timeS).GetAwaiter().GetResult()) watch.Observe(seen);
            foreach (string trouble in poller.Troubles) Console.Error.WriteLine($"hpcvirt: {trouble}");
            watcher.Tell(watch.Judge(timeS, 3 * interval));
            _ = stop.WaitHandle.WaitOne(interval);
        }
    }
}
