namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Why one side of the control channel refused what the other side sent, or who it is.</summary>
public enum ChannelRefusal
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>The stream ended inside a frame.</summary>
    Truncated,

    /// <summary>The frame does not begin with the magic bytes.</summary>
    WrongMagic,

    /// <summary>The frame is of another version of the format.</summary>
    WrongVersion,

    /// <summary>The frame's type is unknown, or not allowed at this point of the conversation.</summary>
    UnexpectedType,

    /// <summary>The frame announces more bytes than the format allows; none of them were read.</summary>
    Oversize,

    /// <summary>The frame's sequence number is not the next one: it was repeated, dropped or reordered.</summary>
    WrongSequence,

    /// <summary>The frame's authentication tag does not match: it was changed, or was made without the secret.</summary>
    WrongTag,

    /// <summary>The payload does not have the form that its type demands.</summary>
    MalformedPayload,

    /// <summary>The other side did not prove that it knows the job's secret.</summary>
    WrongSecret,

    /// <summary>The process at the other end runs as another user.</summary>
    ForeignUser,

    /// <summary>The secret file is missing, unreadable, of the wrong size, or open to other users.</summary>
    UnusableSecretFile,

    /// <summary>The other side did not answer before the deadline.</summary>
    TimedOut,

    /// <summary>The rank belongs to another attempt of the job.</summary>
    WrongAttempt,

    /// <summary>More connections than the job has ranks.</summary>
    TooManyConnections,

    /// <summary>The peer on another host showed another certificate than the job's own.</summary>
    WrongCertificate,

    /// <summary>What an operator asked for does not exist, or cannot be done now.</summary>
    UnknownRequest,
}
