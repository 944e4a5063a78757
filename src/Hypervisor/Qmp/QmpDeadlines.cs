using System;

namespace HpcVirt.Hypervisor.Qmp;

/// <summary>How long to wait for QEMU.</summary>
internal sealed record QmpDeadlines
{
    /// <summary>A socket serves one client; a second one is kept waiting without a word, so silence is soon taken for an answer.</summary>
    public TimeSpan Greeting { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>No command that is used here takes long: those that do are asked about again and again.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From <c>quit</c> until the process is gone.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>From the start command until its QEMU listens.</summary>
    public TimeSpan Start { get; init; } = TimeSpan.FromSeconds(60);
}
