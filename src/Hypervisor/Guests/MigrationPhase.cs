namespace HpcVirt.Hypervisor;

/// <summary>Where a move is.</summary>
/// <remarks><code>
/// SettingUp -> Copying -> [Holding] -> SwitchingOver -> [Fetching] -> Done
/// </code></remarks>
public enum MigrationPhase
{
    /// <summary>The target is being started, the two are told how.</summary>
    SettingUp = 0,

    /// <summary>Memory is copied while the guest works at its source.</summary>
    Copying,

    /// <summary>The rest is small; the job is being silenced.</summary>
    Holding,

    /// <summary>The guest stands still.</summary>
    SwitchingOver,

    /// <summary>The guest works at its target, and fetches the memory it lacks.</summary>
    Fetching,

    /// <summary>The guest is at its target, and nothing is left at its source.</summary>
    Done,
}
