using System;

namespace HpcVirt.Predictor.Simulation;

/// <summary>One node of the fleet: its hidden state, and what its sensors make of it.</summary>
internal sealed class SimulatedNode
{
    public static readonly string[] Sensors =
        ["cpu_temp_c", "inlet_temp_c", "fan1_rpm", "fan2_rpm", "v12_v", "vcore_v", "power_w", "load", "dimm_a1_ce", "dimm_b2_ce", "throttle_count", "disk_realloc", "disk_pending"];

    private const double MissingShare = 0.004;
    private const double RebootPerNodeDay = 1 / 45.0;

    private readonly Random _random;
    private readonly double _phase;
    private readonly double _fan;
    private readonly double _v12;
    private readonly double _vcore;
    private readonly double _inlet;
    private readonly bool _hasNoVcore;
    private readonly double[] _counters = new double[4];
    private double _pending;
    private double _load = 0.6;
    private bool _isSecondDimm;
    private double _endsS;

    public SimulatedNode(int index, Random random)
    {
        _random = random;
        Name = $"n{index + 1:0000}";
        Rack = $"r{(index / 16) + 1:00}";
        Model = index % 3 == 2 ? "tall" : "flat";
        _hasNoVcore = index % 10 == 9;
        _phase = random.NextDouble() * 2;
        _fan = (Model == "tall" ? 9000 : 6200) + Gauss(150);
        _v12 = 12.05 + Gauss(0.04);
        _vcore = 1.02 + Gauss(0.01);
        _inlet = 21 + Gauss(0.7);
    }

    public string Name { get; }

    public string Rack { get; }

    public string Model { get; }

    public Ailment? Ailment { get; private set; }

    public double AilsSinceS { get; private set; }

    public double DownUntilS { get; private set; } = double.NegativeInfinity;

    /// <summary>Goes on by one interval; tells what happened in it.</summary>
    public NodeTurn Advance(double nowS, double intervalS)
    {
        if (nowS < DownUntilS) return NodeTurn.Down;
        double days = intervalS / 86400;
        if (_random.NextDouble() < Ailment.SilentPerNodeDay * days) return Fail(nowS, "silent");
        if (Ailment is { } ailment)
        {
            if (nowS < _endsS) return NodeTurn.Up;
            bool fails = _random.NextDouble() < ailment.FailingShare;
            Ailment = null;
            _pending = 0;
            return fails ? Fail(nowS, ailment.FailureKind) : NodeTurn.Healed(ailment.FailureKind);
        }

        foreach (Ailment candidate in Ailment.All)
        {
            if (_random.NextDouble() >= candidate.PerNodeDay * days) continue;
            Ailment = candidate;
            AilsSinceS = nowS;
            _endsS = nowS - (candidate.MeanHours * 3600 * Math.Log(1 - _random.NextDouble()));
            _isSecondDimm = _random.NextDouble() < 0.5;
            return NodeTurn.Up;
        }

        if (_random.NextDouble() >= RebootPerNodeDay * days) return NodeTurn.Up;
        Array.Clear(_counters);
        return NodeTurn.Rebooted;
    }

    /// <summary>What the sensors say; NaN is missing.</summary>
    public void Read(double nowS, double intervalS, Span<double> values)
    {
        double hours = intervalS / 3600, days = nowS / 86400;
        _load += ((0.6 + (0.25 * Math.Sin((2 * Math.PI * days) + _phase)) - _load) * 0.5) + Gauss(0.08);
        _load = Math.Clamp(_load, 0.02, 1);
        // An ailment shows more and more in its first hours; how it shows does not tell when it ends.
        double shown = Ailment is null ? 0 : 1 - Math.Exp(-(nowS - AilsSinceS + (intervalS / 2)) / 3600 / 1.5);
        double thermal = Shown(AilmentKind.Thermal, shown, 1, 0.35), memory = Shown(AilmentKind.Memory, shown, 1, 0.12);
        double voltage = Shown(AilmentKind.Voltage, shown, 1, 0.4), disk = Shown(AilmentKind.Disk, shown, 1, 0.15);
        double inlet = _inlet + (2 * Math.Sin(2 * Math.PI * days / 365)) + Gauss(0.3);
        values[0] = inlet + (36 * _load) + (20 * thermal) + Gauss(1.2);
        values[1] = inlet;
        values[2] = (_fan * (1 - (0.45 * thermal))) + (400 * _load) + Gauss(60);
        values[3] = _fan + (400 * _load) + (900 * thermal) + Gauss(60);
        values[4] = _v12 - (0.55 * voltage) + Gauss(0.03);
        values[5] = _hasNoVcore ? double.NaN : _vcore + (0.05 * _load) + Gauss(0.006);
        values[6] = 140 + (220 * _load) + Gauss(6);
        values[7] = _load;
        LastCorrected = Poisson(hours * 30 * memory);
        _counters[0] += Poisson(hours * 0.01) + (_isSecondDimm ? 0 : LastCorrected);
        _counters[1] += Poisson(hours * 0.01) + (_isSecondDimm ? LastCorrected : 0);
        _counters[2] += Poisson(hours * ((8 * thermal * _load) + 0.02));
        _counters[3] += Poisson(hours * 2 * disk);
        _pending = Math.Max(0, _pending + Poisson(hours * 5 * disk) - Poisson(hours * 0.3));
        values[8] = _counters[0];
        values[9] = _counters[1];
        values[10] = _counters[2];
        values[11] = _counters[3];
        values[12] = _pending;
        for (int i = 0; i < values.Length; i++)
        {
            if (_random.NextDouble() < MissingShare) values[i] = double.NaN;
        }
    }

    /// <summary>Corrected errors of the last interval, for the kernel log.</summary>
    public int LastCorrected { get; private set; }

    public string SickDimm => _isSecondDimm ? "B2" : "A1";

    public double UniformBelow(double bound) => _random.NextDouble() * bound;

    private double Shown(AilmentKind kind, double shown, double severe, double mild) => Ailment?.Kind == kind ? shown * (Ailment.IsSevere ? severe : mild) : 0;

    private NodeTurn Fail(double nowS, string kind)
    {
        // A whole second, as it is written: the grid and the simulator then agree on which points there are.
        DownUntilS = Math.Ceiling(nowS + (3600 * (2 + (_random.NextDouble() * 20))));
        Ailment = null;
        Array.Clear(_counters);
        _pending = 0;
        return NodeTurn.Failed(kind);
    }

    private double Gauss(double deviation) => deviation * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    private int Poisson(double mean)
    {
        if (mean <= 0) return 0;
        if (mean > 30) return Math.Max(0, (int)Math.Round(mean + Gauss(Math.Sqrt(mean))));
        double limit = Math.Exp(-mean), product = _random.NextDouble();
        int count = 0;
        for (; product > limit; product *= _random.NextDouble()) count++;
        return count;
    }
}

/// <summary>What happened to a node in an interval.</summary>
/// <param name="What">The kind of turn.</param>
/// <param name="Detail">The kind of failure or ailment.</param>
internal readonly record struct NodeTurn(NodeTurnKind What, string Detail)
{
    public static NodeTurn Up => new(NodeTurnKind.Up, "");

    public static NodeTurn Down => new(NodeTurnKind.Down, "");

    public static NodeTurn Rebooted => new(NodeTurnKind.Rebooted, "");

    public static NodeTurn Failed(string kind) => new(NodeTurnKind.Failed, kind);

    public static NodeTurn Healed(string kind) => new(NodeTurnKind.Healed, kind);
}

/// <summary>What can happen to a node in an interval.</summary>
internal enum NodeTurnKind
{
    /// <summary>It ran.</summary>
    Up,

    /// <summary>It is being repaired, and says nothing.</summary>
    Down,

    /// <summary>It was rebooted for maintenance; its counters start over.</summary>
    Rebooted,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>Its ailment healed, or was mended in time.</summary>
    Healed,
}
