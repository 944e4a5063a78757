namespace HpcVirt.Checkpoint;

/// <summary>In which way an operation on a directory failed, as far as decisions need to know.</summary>
public enum DirectoryFault
{
    /// <summary>Anything not named below.</summary>
    Other,

    /// <summary>The path does not exist.</summary>
    NotFound,

    /// <summary>The path exists and must not.</summary>
    AlreadyExists,

    /// <summary>The disk or the quota is full.</summary>
    NoSpace,

    /// <summary>The user may not do this here.</summary>
    AccessDenied,

    /// <summary>The device reported an error.</summary>
    DeviceError,

    /// <summary>A directory to be deleted holds entries.</summary>
    NotEmpty,
}
