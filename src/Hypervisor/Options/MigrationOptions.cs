using System;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor;

/// <summary>How a guest is moved. Validated once, by <see cref="Validate"/>, before anything is started.</summary>
public sealed record MigrationOptions
{
    /// <summary>The host to move to.</summary>
    public required string TargetHost { get; init; }

    /// <summary>Which memory goes when.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>The most that may be sent while the job works, bytes per second; null: as much as the wire gives.</summary>
    public long? BandwidthBytesPerSecondMax { get; init; }

    /// <summary>The most that may be sent while the job is silent and waits for it, bytes per second; null: as much as the wire gives.</summary>
    public long? HeldBandwidthBytesPerSecondMax { get; init; }

    /// <summary>For how long the guest may stand still while it switches over.</summary>
    public TimeSpan DowntimeLimit { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Connections for memory; 0: the one that carries everything.</summary>
    public int MultifdChannels { get; init; }

    /// <summary>The whole move must be over by then, or it is given up.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Called once, while the guest still works at its source, when the rest to send is small or does not shrink: here a job is silenced, for the switch-over
    /// only. When it returns, the guest switches over. When it throws or is late, the move is given up and the guest works on where it was.
    /// </summary>
    public Func<CancellationToken, Task>? BeforeSwitchOver { get; init; }

    /// <summary>
    /// Called at most once, after <see cref="BeforeSwitchOver"/>, as soon as the guest works at its target: here the job is let go on, before anything is cleared up. A backend that
    /// does not know the moment does not call it, nor does one whose move has failed: the caller lets the job go on in any case when the move is over.
    /// </summary>
    public Func<Task>? AfterSwitchOver { get; init; }

    /// <summary>What becomes of the guest's links; with <see cref="LinkTreatment.Drop"/> the job is silenced before the copy, not only for the switch-over.</summary>
    public LinkTreatment Links { get; init; }

    /// <summary>How long the guest's system may take to let go of a device that is unplugged.</summary>
    public TimeSpan UnplugDeadline { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long <see cref="BeforeSwitchOver"/> may take.</summary>
    public TimeSpan HoldDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The rest that counts as small; less under a bandwidth limit, where it would take long to send.</summary>
    public long HoldRestBytes { get; init; } = 16 << 20;

    /// <summary>Says what is wrong with these options, before anything is started.</summary>
    /// <exception cref="HypervisorException">An option is out of its range.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(TargetHost), "a move needs a target host");
        foreach (long? limit in (long?[])[BandwidthBytesPerSecondMax, HeldBandwidthBytesPerSecondMax])
            Require(limit is null or >= 1 << 16, $"a bandwidth limit of {limit} bytes/s never ends; give at least 65536");
        Require(DowntimeLimit >= TimeSpan.FromMilliseconds(1) && DowntimeLimit <= TimeSpan.FromSeconds(2000), "the downtime limit is between 1 ms and 2000 s");
        Require(MultifdChannels is >= 0 and <= 255, "multifd takes 0 to 255 channels");
        Require(Mode is MigrationMode.Precopy || MultifdChannels == 0, "postcopy and multifd exclude one another; choose one");
        Require(Deadline > TimeSpan.Zero && HoldDeadline > TimeSpan.Zero && UnplugDeadline > TimeSpan.Zero && HoldRestBytes > 0, "deadlines and the rest that counts as small are greater than zero");
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds) throw new HypervisorException($"{otherwise}. Nothing was started.");
    }
}
