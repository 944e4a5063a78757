namespace HpcVirt.Predictor.Simulation;

/// <summary>What ails a node.</summary>
internal enum AilmentKind
{
    /// <summary>A fan wears out: it slows down, the processor gets hot, clocks are throttled.</summary>
    Thermal,

    /// <summary>A memory module has corrected errors in bursts, before it has an uncorrectable one.</summary>
    Memory,

    /// <summary>The 12 V rail drifts.</summary>
    Voltage,

    /// <summary>A disk has pending and reallocated sectors.</summary>
    Disk,
}

/// <summary>
/// How an ailment goes on. It lasts exponentially long, whether it ends in a failure or heals; so how long it has lasted says nothing about how long it will, and the
/// chance of a failure within a horizon is known exactly from what ails the node.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="IsSevere">Whether it shows strongly, and more often ends in a failure.</param>
/// <param name="PerNodeDay">How often it begins.</param>
/// <param name="MeanHours">How long it lasts.</param>
/// <param name="FailingShare">How often it ends in a failure.</param>
internal sealed record Ailment(AilmentKind Kind, bool IsSevere, double PerNodeDay, double MeanHours, double FailingShare)
{
    /// <summary>Failures without any sign beforehand.</summary>
    public const double SilentPerNodeDay = 1 / 250.0;

    public static readonly Ailment[] All =
    [
        new(AilmentKind.Thermal, true, 1 / 160.0, 30, 0.85),
        new(AilmentKind.Thermal, false, 1 / 200.0, 40, 0.08),
        new(AilmentKind.Memory, true, 1 / 140.0, 26, 0.85),
        new(AilmentKind.Memory, false, 1 / 160.0, 48, 0.06),
        new(AilmentKind.Voltage, true, 1 / 300.0, 32, 0.80),
        new(AilmentKind.Voltage, false, 1 / 300.0, 40, 0.06),
        new(AilmentKind.Disk, true, 1 / 240.0, 34, 0.75),
        new(AilmentKind.Disk, false, 1 / 250.0, 48, 0.05),
    ];

    /// <summary>The name of the failure that it ends in.</summary>
    public string FailureKind => Kind.ToString().ToLowerInvariant();
}
