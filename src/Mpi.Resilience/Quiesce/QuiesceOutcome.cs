namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>How a rank leaves a safe point at which the job was to fall silent.</summary>
internal enum QuiesceOutcome
{
    /// <summary>The job was silent, and what it fell silent for was done.</summary>
    Done,

    /// <summary>The job did not fall silent and goes on; rank 0 says why.</summary>
    NotSilent,

    /// <summary>The program goes on for a step or more, and the rank comes back at a later safe point: others need it.</summary>
    NotYet,
}
