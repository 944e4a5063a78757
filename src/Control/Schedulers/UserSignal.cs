namespace HpcVirt.Control.Schedulers;

/// <summary>The signals without a meaning of their own, by which batch systems give notice; their values are the numbers on Linux.</summary>
public enum UserSignal
{
    /// <summary>No signal.</summary>
    None = 0,

    /// <summary>SIGUSR1: by custom Slurm's notice (<c>--signal=B:USR1@60</c>), and Grid Engine's before a suspension.</summary>
    User1 = 10,

    /// <summary>SIGUSR2: LSF's notice, and Grid Engine's before the end.</summary>
    User2 = 12,
}
