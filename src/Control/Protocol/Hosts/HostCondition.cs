namespace HpcVirt.Control.Protocol;

/// <summary>What is known of a host of the job.</summary>
internal enum HostCondition
{
    /// <summary>It takes ranks.</summary>
    Regular,

    /// <summary>It takes ranks when regular ones do not suffice.</summary>
    Spare,

    /// <summary>It was out of reach; nothing is placed there until somebody says that it is back.</summary>
    Lost,

    /// <summary>An operator wants it empty; nothing is placed there until somebody says otherwise.</summary>
    Drained,
}
