using System;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>How long to wait for vCenter, and how often to ask.</summary>
internal sealed record VSphereDeadlines
{
    /// <summary>For one request and its whole answer. What takes longer is a task, and is looked at again and again.</summary>
    public TimeSpan Request { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Before a question is asked for the second time; twice that before the third, which is the last.</summary>
    public TimeSpan AskAgainAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Between two looks at a task.</summary>
    public TimeSpan LookAgainAfter { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A task of which nothing was heard for so long, because vCenter does not answer, is told of and left to itself.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From the word that gives a task up until the task has ended.</summary>
    public TimeSpan GiveUp { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For suspending a guest, which writes its memory to a disk, and for letting it go on.</summary>
    public TimeSpan Power { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For saying goodbye.</summary>
    public TimeSpan Close { get; init; } = TimeSpan.FromSeconds(5);
}
