namespace HpcVirt.Control.Guard.Protocol;

/// <summary>How a host looks. Only a green one takes guests.</summary>
internal enum HostColour
{
    /// <summary>Nothing is known of it: its sources are silent, or hang. That is neither sick nor healthy.</summary>
    Unknown = 0,

    /// <summary>Its risk is low.</summary>
    Green,

    /// <summary>Its risk is raised: nothing is moved there, and checkpoints come closer together.</summary>
    Amber,

    /// <summary>An alert stands.</summary>
    Red,
}

/// <summary>What is known of a host's health.</summary>
/// <param name="Risk">The probability of a failure within the horizon; null where nothing new is known.</param>
/// <param name="IsFiring">Whether an alert stands.</param>
internal readonly record struct HostHealth(double? Risk, bool IsFiring)
{
    /// <summary>The colour: an alert is red whatever its newest sample says, for the gate decides when it ends.</summary>
    /// <param name="amberFrom">The risk from which a host is amber.</param>
    public HostColour Colour(double amberFrom) => this switch
    {
        { IsFiring: true } => HostColour.Red,
        { Risk: null } => HostColour.Unknown,
        { Risk: { } risk } when risk >= amberFrom => HostColour.Amber,
        _ => HostColour.Green,
    };
}
