using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Protocol;
using HpcVirt.Predictor.Live.Sources;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Live;

internal sealed class LiveTests
{
    private static readonly GateOptions Gate = new() { ToFire = 2, ToClear = 3, Hold = TimeSpan.FromSeconds(100) };

    [Test]
    public void An_alert_takes_n_breaches_and_clears_after_m_calm_samples_and_the_hold()
    {
        (long TimeS, double? Risk, AlertPhase Expected)[] story =
        [
            (10, 0.9, AlertPhase.Quiet), (20, 0.1, AlertPhase.Quiet), (30, 0.9, AlertPhase.Quiet), (40, 0.9, AlertPhase.Firing),
            (50, 0.1, AlertPhase.Firing), (60, 0.1, AlertPhase.Firing), (70, 0.1, AlertPhase.Firing), (80, 0.1, AlertPhase.Firing),
            (150, 0.1, AlertPhase.Quiet), (160, 0.9, AlertPhase.Quiet), (170, null, AlertPhase.Quiet), (180, 0.9, AlertPhase.Firing),
        ];
        AlertState state = AlertState.Initial;
        foreach ((long timeS, double? risk, AlertPhase expected) in story)
        {
            state = AlertGate.Next(state, timeS, risk, 0.5, Gate);
            Assert.That(state.Phase, Is.EqualTo(expected), $"at {timeS}");
        }
    }

    [Test]
    public void A_missing_risk_changes_nothing_in_any_state()
    {
        var random = new Random(1);
        AlertState state = AlertState.Initial;
        for (long timeS = 0; timeS < 5000; timeS += 10)
        {
            state = AlertGate.Next(state, timeS, random.NextDouble(), 0.5, Gate);
            Assert.That(AlertGate.Next(state, timeS, null, 0.5, Gate), Is.EqualTo(state));
            Assert.That(AlertGate.Next(state, timeS, double.NaN, 0.5, Gate), Is.EqualTo(state));
        }
    }

    [Test]
    public void A_replay_judges_as_the_offline_evaluation_does()
    {
        using HealthDataset dataset = Fleets.Open();
        var live = new Dictionary<(string, long), double>();
        var watch = new NodeWatch(Fleets.Model, Gate, Path.Combine(Fleets.Folder, "nodes.csv.gz"));
        DatasetReplay.Play(dataset, watch, "2024-02-20T00:00:00Z", "2024-02-27T00:00:00Z", TimeSpan.FromHours(3), 0, TimeProvider.System, risks =>
        {
            foreach (NodeRisk risk in risks.Where(static r => r.Risk is not null)) live[(risk.Node, risk.TimeS)] = risk.Risk!.Value;
        }, CancellationToken.None);

        var range = new TimeRange(1708387200, 1708992000);
        PointScoring offline = PointScoring.Run(dataset, Fleets.Model.Schema, new PointGrid(dataset).Points(range), [Fleets.Model.Main.Model]);
        int compared = 0;
        for (int i = 0; i < offline.Points.Count; i++)
        {
            Point point = offline.Points[i];
            if (!live.TryGetValue((dataset.NodeNames[point.Node], point.TimeS), out double risk)) continue;
            Assert.That(risk, Is.EqualTo(Fleets.Model.Main.Calibration.Probability(offline.Margins[0][i])), $"{dataset.NodeNames[point.Node]} at {point.TimeS}");
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(2000));
    }

    [Test]
    public void A_node_that_falls_silent_has_no_risk_and_no_metric()
    {
        var watch = new NodeWatch(Fleets.Model, Gate);
        watch.Observe(new SensorObservation(1000, "a", "cpu_temp_c", 45));
        watch.Observe(new SensorObservation(5000, "b", "cpu_temp_c", 45));
        watch.Observe(new SensorObservation(5000, "b", "flux_capacitor", 1.21));
        IReadOnlyList<NodeRisk> risks = watch.Judge(5000, TimeSpan.FromSeconds(60));
        Assert.That(risks.Select(static r => (r.Node, r.Risk is null)), Is.EqualTo(new[] { ("a", true), ("b", false) }));
        Assert.That(watch.Unknown, Is.EqualTo(1));
        using var metrics = new RiskMetrics(Fleets.Model);
        metrics.Set(risks);
        string text = metrics.ToPrometheus();
        Assert.That(text, Does.Contain("hpcvirt_node_failure_risk{node=\"b\",horizon=\"24h\"}").And.Not.Contain("failure_risk{node=\"a\""));
        Assert.That(text, Does.Contain("hpcvirt_node_failure_alert{node=\"a\"} 0"));
    }

    [Test]
    public void An_alert_that_stood_before_a_restart_stands_and_clears_as_any_other()
    {
        var watch = new NodeWatch(Fleets.Model, Gate);
        watch.LetAlertStand("a", 1000);
        var clears = new List<bool>();
        for (long timeS = 100_000; timeS < 100_000 + (60 * (Gate.ToClear + 1)); timeS += 60)
        {
            watch.Observe(new SensorObservation(timeS, "a", "cpu_temp_c", 45));
            NodeRisk risk = watch.Judge(timeS, TimeSpan.FromSeconds(60)).Single();
            Assert.That((risk.Fires, risk.Risk < Fleets.Model.Threshold), Is.EqualTo((false, true)));
            clears.Add(risk.Clears);
        }

        Assert.That(clears.IndexOf(true), Is.EqualTo(Gate.ToClear - 1), "after as many calm samples as any alert");
        Assert.That(clears.Count(static one => one), Is.EqualTo(1));
    }

    [Test]
    public void Failures_that_are_played_are_told_when_their_time_has_come()
    {
        using HealthDataset dataset = Fleets.Open();
        var watch = new NodeWatch(Fleets.Model, Gate);
        var told = new List<NodeFailure>();
        long nowS = 0;
        watch.FailureSeen = told.Add;
        DatasetReplay.Play(dataset, watch, null, null, TimeSpan.FromDays(1), 0, TimeProvider.System, risks =>
        {
            if (risks.Count > 0) nowS = risks[0].TimeS;
            Assert.That(told.Select(static one => one.TimeS), Is.All.LessThanOrEqualTo(nowS));
        }, CancellationToken.None);
        Assert.That(told.Select(static one => (one.Node, one.TimeS)), Is.EquivalentTo(dataset.Failures.Where(one => one.TimeS <= nowS).Select(one => (dataset.NodeNames[one.Node], one.TimeS))).And.Not.Empty);
    }

    [Test]
    public void A_sensor_without_a_value_is_missing_alone()
    {
        double RiskWith(params SensorObservation[] seen)
        {
            var watch = new NodeWatch(Fleets.Model, Gate);
            foreach (SensorObservation one in seen) watch.Observe(one);
            return watch.Judge(2000, TimeSpan.FromHours(1)).Single().Risk!.Value;
        }

        SensorObservation hot = new(1000, "a", "cpu_temp_c", 95), slow = new(1000, "a", "fan1_rpm", 800), gone = new(2000, "a", "vcore_v", double.NaN);
        Assert.That(RiskWith(hot, slow, gone), Is.EqualTo(RiskWith(hot, slow)));
        Assert.That(RiskWith(hot, slow, gone, new(2000, "a", "cpu_temp_c", double.NaN), new(2000, "a", "fan1_rpm", double.NaN)), Is.Not.EqualTo(RiskWith(hot, slow)));
    }

    [Test]
    public void Drift_is_seen_where_it_is_and_not_where_it_is_not()
    {
        FailurePredictor model = Fleets.Model;
        var random = new Random(3);
        var meter = new DriftMeter(model);
        int temperature = model.FeatureNames.ToList().IndexOf("sensor cpu_temp_c last");
        float[] row = new float[model.FeatureNames.Count];
        for (int i = 0; i < 4000; i++)
        {
            for (int f = 0; f < row.Length; f++)
            {
                IReadOnlyList<float> deciles = model.References[f].Deciles;
                bool isMissing = deciles.Count == 0 || random.NextDouble() < model.References[f].MissingShare;
                int tenth = random.Next(10);
                row[f] = isMissing ? float.NaN : deciles[tenth] + ((deciles[tenth + 1] - deciles[tenth]) * (float)(1 - random.NextDouble()));
            }

            row[temperature] += 30;
            meter.See(row);
        }

        Assert.That(meter.DriftedFeatures().Select(static d => d.Feature), Is.EqualTo(new[] { "sensor cpu_temp_c last" }));
    }

    [Test]
    public async Task A_probe_that_hangs_is_given_up_and_the_others_go_on()
    {
        using var hang = new ManualResetEventSlim();
        var poller = new SourcePoller([new Blocking(hang), new Quick()], TimeSpan.FromMilliseconds(300), TimeProvider.System);
        IReadOnlyList<Observation> seen = await poller.AskAsync(60);
        Assert.That(seen.Single().Node, Is.EqualTo("quick"));
        Assert.That(poller.Troubles.Single(), Does.Contain("no answer within 0.3 s"));
        Assert.That((await poller.AskAsync(90)).Single().Node, Is.EqualTo("quick"));
        Assert.That(poller.Troubles.Single(), Does.Contain("still hanging"), "a second probe is not sent after the first");
        hang.Set();
    }

    [Test]
    public async Task Sysfs_is_read_by_name_and_what_cannot_be_read_is_missing()
    {
        using var scratch = new Scratch();
        string chip = Directory.CreateDirectory(Path.Combine(scratch.Path, "class", "hwmon", "hwmon7")).FullName;
        string dimm = Directory.CreateDirectory(Path.Combine(scratch.Path, "devices", "system", "edac", "mc", "mc0", "dimm3")).FullName;
        foreach ((string path, string text) in ((string, string)[])
        [
            (Path.Combine(chip, "name"), "coretemp\n"), (Path.Combine(chip, "temp1_input"), "41500\n"), (Path.Combine(chip, "temp1_label"), "Package id 0\n"), (Path.Combine(chip, "temp1_crit"), "100000\n"),
            (Path.Combine(chip, "fan2_input"), "5400\n"), (Path.Combine(chip, "in0_input"), "garbage\n"), (Path.Combine(dimm, "dimm_label"), "DIMM_A3\n"), (Path.Combine(dimm, "dimm_ce_count"), "17\n"),
        ])
        {
            File.WriteAllText(path, text);
        }

        IReadOnlyList<Observation> seen = await new SysfsSource("me", scratch.Path).AskAsync(60, CancellationToken.None);
        Assert.That(seen.Cast<SensorObservation>().Select(static s => $"{s.Sensor} {s.Value}").Order(StringComparer.Ordinal), Is.EqualTo(new[]
        {
            "coretemp_fan2_rpm 5400", "coretemp_in0_v NaN", "coretemp_package_id_0_c 41.5", "edac_dimm_a3_ce 17",
        }));
    }

    private sealed class Blocking(ManualResetEventSlim until) : IObservationSource
    {
        public string Name => "blocking";

        public Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
        {
            // Deaf to cancellation, as a read of a hung device is.
            until.Wait(TimeSpan.FromSeconds(60), CancellationToken.None);
            return Task.FromResult<IReadOnlyList<Observation>>([]);
        }
    }

    private sealed class Quick : IObservationSource
    {
        public string Name => "quick";

        public Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<Observation>>([new SensorObservation(timeS, "quick", "x", 1)]);
    }
}
