namespace HpcVirt.Control.Channel;

/// <summary>How the connection of a rank ended.</summary>
internal enum ConnectionEnd
{
    /// <summary>On purpose: the rank said goodbye.</summary>
    Goodbye,

    /// <summary>Without a word: its process is gone, or broke the protocol.</summary>
    Broken,

    /// <summary>What was sent to its host is not acknowledged by the host's kernel: the host is down, or cut off.</summary>
    Unreachable,
}
