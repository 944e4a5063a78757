using MPI;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>The names of the environment variables that <c>hpcvirt run</c> sets for every rank. This is the only list of them.</summary>
public static class ControlEnvironment
{
    /// <summary>Path of the supervisor's Unix socket on the supervisor's host.</summary>
    public const string Socket = "HPCVIRT_CONTROL_SOCKET";

    /// <summary>Path of the file (mode 0600) that holds the job's secret, for ranks beside the supervisor. The secret is never on a command line.</summary>
    public const string SecretFile = "HPCVIRT_CONTROL_SECRET_FILE";

    /// <summary>Name of the supervisor's host. Ranks there use the Unix socket, ranks elsewhere TLS. Set for jobs over several hosts only, as are the next four.</summary>
    public const string Host = "HPCVIRT_CONTROL_HOST";

    /// <summary>Where the supervisor listens for ranks on other hosts: addresses with ports, separated by commas, to be tried in turn.</summary>
    public const string Endpoints = "HPCVIRT_CONTROL_ENDPOINTS";

    /// <summary>SHA-256 of the supervisor's certificate, made for this job alone, in hexadecimal: no other is accepted.</summary>
    public const string Certificate = "HPCVIRT_CONTROL_CERTIFICATE";

    /// <summary>The job's secret in hexadecimal, for hosts that the file does not exist on. Only the job's user can read a process's environment.</summary>
    public const string Secret = "HPCVIRT_CONTROL_SECRET";

    /// <summary>Milliseconds after which a rank on another host that hears nothing from the supervisor ends itself: its place may have been given away.</summary>
    public const string Lease = "HPCVIRT_LEASE_MS";

    /// <summary>Random name of the job. Every process of the job inherits it, so it also identifies the job's processes on a host.</summary>
    public const string JobId = "HPCVIRT_JOB_ID";

    /// <summary>Number of this attempt, counted from 1. Attempt 1 is the first launch.</summary>
    public const string Attempt = "HPCVIRT_ATTEMPT";

    /// <summary>Directory of the job's checkpoints.</summary>
    public const string Checkpoints = "HPCVIRT_CHECKPOINTS";

    /// <summary><c>never</c>: start afresh even if a valid checkpoint exists. Unset: restore the newest valid one.</summary>
    public const string Restore = "HPCVIRT_RESTORE";

    /// <summary>Value of <see cref="Restore"/> that forbids restoring.</summary>
    public const string RestoreNever = "never";

    /// <summary><c>taken</c>: the attempt before was ended from outside (a lost host, SIGKILL), which does not count against its checkpoint.</summary>
    public const string LastStart = "HPCVIRT_LAST_START";

    /// <summary>The value of <see cref="LastStart"/>.</summary>
    public const string LastStartTaken = "taken";

    /// <summary>
    /// <c>spawn</c>, <c>ulfm</c> or <c>standby</c>: lost ranks are replaced inside the job, by new processes or by some that wait. Unset: the job is launched anew.
    /// </summary>
    public const string Repair = "HPCVIRT_REPAIR";

    /// <summary>The value of <see cref="Repair"/>.</summary>
    public const string RepairBySpawn = "spawn";

    /// <summary>The value of <see cref="Repair"/> for jobs whose MPI tells who is lost and lets the others go on.</summary>
    public const string RepairByUlfm = "ulfm";

    /// <summary>The value of <see cref="Repair"/> for jobs with processes that wait.</summary>
    public const string RepairByStandby = "standby";

    /// <summary>With <see cref="RepairByStandby"/>: how many of the processes are ranks; the others wait.</summary>
    public const string Ranks = "HPCVIRT_RANKS";

    /// <summary><c>1</c>: this process replaces a lost rank of a running job.</summary>
    public const string Replacement = "HPCVIRT_REPLACEMENT";

    /// <summary><c>1</c>: the job stops as soon as its next checkpoint is committed.</summary>
    public const string StopAfterCheckpoint = "HPCVIRT_STOP_AFTER_CHECKPOINT";

    /// <summary>The job stops at the first safe point after this time: seconds since 1970, or a date and time.</summary>
    public const string StopAt = "HPCVIRT_STOP_AT";

    /// <summary>When the job will be killed; it stops in time before, with a checkpoint. Written as <see cref="StopAt"/>.</summary>
    public const string WallTimeEnd = "HPCVIRT_WALLTIME_END";

    /// <summary>The MPI that launched the job, <c>openmpi</c> or <c>mpich</c>: the binding must load the same one.</summary>
    public const string Mpi = "HPCVIRT_MPI";

    /// <summary><c>sessions</c>: ranks open MPI as sessions, and a job that is held has no links. Unset: MPI_Init.</summary>
    public const string MpiModel = SessionWorld.ModelVariable;

    /// <summary>The value of <see cref="MpiModel"/>.</summary>
    public const string MpiModelSessions = SessionWorld.Sessions;

    /// <summary>Directory into which every rank writes its suspects during <c>hpcvirt rehearse</c>. Unset otherwise.</summary>
    public const string RehearsalDirectory = "HPCVIRT_REHEARSAL_DIR";

    /// <summary>In a rehearsal's run with lost ranks: the directory in which the unbroken run recorded what its state looked like.</summary>
    public const string RehearsalReference = "HPCVIRT_REHEARSAL_REFERENCE";
}
