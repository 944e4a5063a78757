namespace HpcVirt.Control;

/// <summary>
/// Exit codes of <c>hpcvirt</c>. Codes 64 and above are the tool's own, after sysexits.h where it has a word for them; a program's own
/// failure is passed through. The table for readers is docs/operating/exit-codes.md.
/// </summary>
public enum ExitCode
{
    /// <summary>The job ended well; for a rehearsal: the results are equal.</summary>
    Success = 0,

    /// <summary>The program failed by itself with a code that cannot be passed through (64 to 79).</summary>
    ProgramFailed = 1,

    /// <summary>The command line is wrong; nothing was started (EX_USAGE).</summary>
    Usage = 64,

    /// <summary>Health data, a model file, a set of guests or a file of guests cannot be used (EX_DATAERR).</summary>
    BadInput = 65,

    /// <summary>The program, its working directory or a result file does not exist or cannot be run (EX_NOINPUT).</summary>
    ProgramMissing = 66,

    /// <summary>An engine of the predictor that was asked for by name is not available.</summary>
    EngineMissing = 67,

    /// <summary>Too few hosts are left for the ranks that the job needs (EX_NOHOST).</summary>
    HostsMissing = 68,

    /// <summary>No MPI launcher of the wanted kind is installed (EX_UNAVAILABLE).</summary>
    MpiMissing = 69,

    /// <summary>hpcvirt itself failed, or the launcher could not be started (EX_SOFTWARE).</summary>
    InternalError = 70,

    /// <summary>The job was relaunched as often as allowed and did not end.</summary>
    GaveUp = 71,

    /// <summary>A rehearsal found that the results differ after a restart.</summary>
    RehearsalDiffers = 72,

    /// <summary>A rehearsal proved nothing: no rank could be killed after a commit, or the program is not reproducible unbroken.</summary>
    RehearsalInconclusive = 73,

    /// <summary>A running job could not do what an operator asked for; its answer says why.</summary>
    RequestRefused = 74,

    /// <summary>The job was asked to stop and saved a checkpoint first: run the same command again and it goes on (EX_TEMPFAIL).</summary>
    InterruptedSaved = 75,

    /// <summary>The job was stopped and no checkpoint was saved after the request.</summary>
    Interrupted = 76,

    /// <summary>A hypervisor could not move, save or restore a guest; the message says where the guest is.</summary>
    HypervisorFailed = 77,
}
