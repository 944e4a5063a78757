using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Journal;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Hypervisor;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Sources;

namespace HpcVirt.Control.Guard;

/// <summary>A guard from its lock to its end: health sources, predictor, gate, policy, action, outcome.</summary>
/// <param name="config">The configuration.</param>
/// <param name="predictor">The model.</param>
/// <param name="say">Is told the story, and what goes wrong, line by line.</param>
/// <param name="time">The clock.</param>
public sealed class GuardService(GuardConfig config, FailurePredictor predictor, Action<string> say, TimeProvider time)
{
    private static readonly TimeSpan SourceDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LockAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Guards until it is told to end, or the replay is over.</summary>
    /// <param name="isDryRun">Say what would be done, and change nothing.</param>
    /// <param name="isStandby">Wait while another guard leads; otherwise that is an error.</param>
    /// <param name="stop">Ends it in good order: a move that is under way is given up.</param>
    /// <exception cref="ControlException">Another guard leads, or the journal cannot be used.</exception>
    /// <exception cref="PredictorException">The data cannot be used.</exception>
    /// <exception cref="HypervisorException">The hypervisor cannot be opened.</exception>
    public async Task RunAsync(bool isDryRun, bool isStandby, CancellationToken stop)
    {
        PolicyOptions policy = config.PolicyFor(predictor) with { IsDryRun = isDryRun };
        using var turn = new BackendTurn();
        if (isDryRun)
        {
            await using IHypervisorBackend untouched = config.OpenBackend(time);
            using var screen = new AuditLog(null, say);
            await GuardAsync(new GuardState(policy), new GuardHands(config, untouched, null, screen, turn, time), untouched, turn, stop);
            return;
        }

        Directory.CreateDirectory(config.StateDirectory);
        using GuardLock? lead = await LeadAsync(isStandby, stop);
        if (lead is null) return;
        await using IHypervisorBackend backend = config.OpenBackend(time);
        using var audit = new AuditLog(Path.Combine(config.StateDirectory, "audit.log"), say);
        (GuardJournal journal, GuardState state) = GuardJournal.Open(config.JournalFile, policy);
        using (journal) await GuardAsync(state, new GuardHands(config, backend, journal, audit, turn, time), backend, turn, stop);
    }

    private async Task<GuardLock?> LeadAsync(bool isStandby, CancellationToken stop)
    {
        string file = Path.Combine(config.StateDirectory, "lock");
        bool isTold = false;
        while (!stop.IsCancellationRequested)
        {
            GuardLock? lead = GuardLock.TryTake(file, $"process {Environment.ProcessId} on {Environment.MachineName}");
            if (lead is not null) return lead;
            if (!isStandby)
            {
                throw new ControlException(
                    ExitCode.RequestRefused, $"Another guard leads: {GuardLock.Holder(file)} holds {file}. Two guards would act twice; end the other one, or wait for its end with --standby.");
            }

            if (!isTold) say($"another guard leads ({GuardLock.Holder(file)}); standing by");
            isTold = true;
            await Task.Delay(LockAgainAfter, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    private async Task GuardAsync(GuardState state, GuardHands hands, IHypervisorBackend backend, BackendTurn turn, CancellationToken stop)
    {
        using var driver = new GuardDriver(state, hands);
        Task running = driver.RunAsync();
        var watch = new NodeWatch(predictor, config.Gate, config.NodesFile ?? NodesOfReplay());
        foreach (GuardCase open in state.Cases.Values) watch.LetAlertStand(open.Node, open.OpenedAtS);
        var bridge = new GuardBridge(config, driver, say);
        watch.FailureSeen = bridge.OnFailure;
        try
        {
            if (config.ReplayDirectory is { } directory) await ReplayAsync(directory, watch, driver, bridge, running, stop);
            else await PollAsync(watch, new HypervisorSource(backend, turn, config.NodeOf, bridge.OnHostFailed), driver, bridge, running, stop);
            await driver.EndAsync();
        }
        catch (Exception) when (running.IsFaulted)
        {
            // What it died of is said below, and not what that broke in turn.
        }

        await running;
    }

    private async Task ReplayAsync(string directory, NodeWatch watch, GuardDriver driver, GuardBridge bridge, Task running, CancellationToken stop)
    {
        using var dataset = HealthDataset.Open(directory, new DatasetOptions());
        bool isStarted = false;
        // What was begun at a moment of the past ends before the next moment is played: played time does not run away from guests that move in real time.
        void OnJudged(IReadOnlyList<NodeRisk> risks)
        {
            if (running.IsCompleted) throw new OperationCanceledException();
            if (!isStarted && risks.Count > 0) driver.PostAsync(new Started(risks[0].TimeS)).GetAwaiter().GetResult();
            isStarted |= risks.Count > 0;
            bridge.Judge(risks).GetAwaiter().GetResult();
            driver.SettledAsync().WaitAsync(stop).GetAwaiter().GetResult();
        }

        try
        {
            await Task.Run(
                () => DatasetReplay.Play(dataset, watch, config.ReplayFrom, config.ReplayTo, config.Interval ?? predictor.Step, config.ReplaySpeed, time, OnJudged, stop), CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C, or the driver has ended and says why.
        }
    }

    private async Task PollAsync(NodeWatch watch, HypervisorSource hypervisor, GuardDriver driver, GuardBridge bridge, Task running, CancellationToken stop)
    {
        TimeSpan interval = config.Interval ?? TimeSpan.FromSeconds(30);
        IObservationSource[] sources = [.. config.Sources.Select(text => ObservationSources.Of(text, config.Node)), hypervisor];
        try
        {
            var poller = new SourcePoller(sources, SourceDeadline, time);
            await driver.PostAsync(new Started(time.GetUtcNow().ToUnixTimeSeconds()));
            while (!stop.IsCancellationRequested && !running.IsCompleted)
            {
                long timeS = time.GetUtcNow().ToUnixTimeSeconds();
                foreach (Observation seen in await poller.AskAsync(timeS)) watch.Observe(seen);
                bridge.Trouble(poller.Troubles);
                await bridge.Judge(watch.Judge(timeS, 3 * interval));
                await Task.WhenAny(Task.Delay(interval, time, stop), running);
            }
        }
        finally
        {
            foreach (IDisposable source in sources.OfType<IDisposable>()) source.Dispose();
        }
    }

    private string? NodesOfReplay()
    {
        if (config.ReplayDirectory is not { } directory) return null;
        string plain = Path.Combine(directory, "nodes.csv");
        return File.Exists(plain) ? plain : File.Exists(plain + ".gz") ? plain + ".gz" : null;
    }
}
