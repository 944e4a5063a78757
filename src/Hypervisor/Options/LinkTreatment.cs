namespace HpcVirt.Hypervisor;

/// <summary>What becomes of a guest's links while it is moved.</summary>
public enum LinkTreatment
{
    /// <summary>They move along with their devices; whoever silenced the job proves them afterwards.</summary>
    Keep = 0,

    /// <summary>
    /// Devices that cannot move (such as InfiniBand functions) are unplugged before the copy and plugged in at the target before the job goes on. The job is silent all the while, and its MPI makes links
    /// over these devices anew.
    /// </summary>
    Drop,
}
