namespace HpcVirt.Checkpoint.Tests;

/// <summary>What happens at one operation of a directory.</summary>
internal enum Fault
{
    /// <summary>It works.</summary>
    None,

    /// <summary>The rank is killed just before it.</summary>
    KillBefore,

    /// <summary>The rank is killed just after it.</summary>
    KillAfter,

    /// <summary>The rank is killed with half of the bytes written.</summary>
    KillInTheMiddle,

    /// <summary>The disk is full, with half of the bytes written.</summary>
    NoSpace,

    /// <summary>The device fails once.</summary>
    DeviceError,

    /// <summary>The operation is done, and an error is reported all the same, as network file systems do.</summary>
    DoneButReportedAsFailed,

    /// <summary>The device fails now and ever after.</summary>
    DeviceErrorFromHereOn,
}
