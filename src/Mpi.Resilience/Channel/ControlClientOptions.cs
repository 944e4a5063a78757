using System;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>Bounds of a rank's end of the control channel. The defaults suit a job; tests shorten them.</summary>
public sealed record ControlClientOptions
{
    private readonly int _queuedMessagesMax = 4096;

    /// <summary>Longest wait for the supervisor while connecting. Default 5 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Shortest time between two beats. Default 250 ms.</summary>
    public TimeSpan BeatInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>In a job over several hosts, a rank that had nothing to say for so long says that it is there. Default 500 ms.</summary>
    public TimeSpan AliveInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest time that <see cref="ControlClient.Dispose"/> waits for queued messages to leave. Default 2 s.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Most messages (beats not counted) that wait for the supervisor; one that reads none of so many counts as lost. Default 4,096.</summary>
    public int QueuedMessagesMax
    {
        get => _queuedMessagesMax;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _queuedMessagesMax = value;
        }
    }
}
