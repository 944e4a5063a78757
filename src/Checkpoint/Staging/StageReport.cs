using System;

namespace HpcVirt.Checkpoint;

/// <summary>What a rank had to stand still for.</summary>
/// <param name="Version">The version that is under way now.</param>
/// <param name="Step">The step it belongs to.</param>
/// <param name="Waited">How long the checkpoint before it was still under way: back-pressure, the sign that checkpoints are asked for too often.</param>
/// <param name="Stopped">How long the rank stood still while its memory was copied, the waiting not included.</param>
/// <param name="CopiedBytes">How much was copied: with tracking, what has changed.</param>
/// <param name="StateBytes">How much is protected.</param>
public sealed record StageReport(long Version, long Step, TimeSpan Waited, TimeSpan Stopped, long CopiedBytes, long StateBytes);
