namespace HpcVirt.Hypervisor.Rehearsal;

/// <summary>What can be made to fail in a rehearsal.</summary>
public enum RehearsedVerb
{
    /// <summary>Stopping a guest.</summary>
    Pause = 0,

    /// <summary>Letting a guest go on.</summary>
    Resume,

    /// <summary>Saving a guest.</summary>
    Save,

    /// <summary>Restoring a guest.</summary>
    Restore,

    /// <summary>Moving a guest.</summary>
    Migrate,

    /// <summary>Putting links up and down.</summary>
    Link,
}
