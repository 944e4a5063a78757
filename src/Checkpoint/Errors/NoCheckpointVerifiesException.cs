using System;

namespace HpcVirt.Checkpoint;

/// <summary>Checkpoints exist, but none verifies on every rank. Starting over would be silent loss, so the store refuses.</summary>
public sealed class NoCheckpointVerifiesException : CheckpointException
{
    /// <summary>Names every version that was tried and why it was passed over.</summary>
    public NoCheckpointVerifiesException(RestoreReport report)
        : base(
            $"Checkpoints exist, but none verifies on every rank.{Environment.NewLine}{report}{Environment.NewLine}"
            + "Bring the named files back and start again, or set StartOverIfNoneVerifies to begin at the first step.")
    {
        Report = report;
    }

    /// <summary>What was tried.</summary>
    public RestoreReport Report { get; }
}
