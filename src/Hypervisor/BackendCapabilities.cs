using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Hypervisor;

/// <summary>What a backend can do. A verb whose capability is missing is refused by name and changes nothing.</summary>
public sealed record BackendCapabilities
{
    /// <summary>It moves guests that work.</summary>
    public bool LiveMigration { get; init; }

    /// <summary>It can let a guest work at its target before all of its memory is there.</summary>
    public bool Postcopy { get; init; }

    /// <summary>It can send memory over several connections.</summary>
    public bool Multifd { get; init; }

    /// <summary>It tells when the rest is small, and waits for a word before it switches over.</summary>
    public bool HoldBeforeSwitchOver { get; init; }

    /// <summary>It saves and restores a guest's state.</summary>
    public bool SaveAndRestore { get; init; }

    /// <summary>It saves a guest's state while the guest works on.</summary>
    public bool BackgroundSave { get; init; }

    /// <summary>It saves and restores guests together with the disks that they write to.</summary>
    public bool Disks { get; init; }

    /// <summary>It unplugs devices that cannot move, and plugs them in at the target: <see cref="LinkTreatment.Drop"/>.</summary>
    public bool Unplug { get; init; }

    /// <summary>How it can compress saved state; <see cref="StateCompression.None"/> always.</summary>
    public IReadOnlyList<StateCompression> Compressions { get; init; } = [StateCompression.None];

    /// <summary>It puts network links up and down.</summary>
    public bool Links { get; init; }

    /// <summary>The names of what it can do, for people.</summary>
    public IReadOnlyList<string> Names() =>
    [
        .. new (bool Is, string Name)[]
        {
            (LiveMigration, "live-migration"), (Postcopy, "postcopy"), (Multifd, "multifd"), (HoldBeforeSwitchOver, "hold-before-switch-over"),
            (SaveAndRestore, "save-and-restore"), (BackgroundSave, "background-save"), (Links, "links"), (Disks, "disks"), (Unplug, "unplug"),
        }.Where(static capability => capability.Is).Select(static capability => capability.Name),
        .. Compressions.Where(static one => one is not StateCompression.None).Select(static one => "compression-" + one.ToString().ToUpperInvariant()),
    ];
}
