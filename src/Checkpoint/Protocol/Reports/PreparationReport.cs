using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What each rank tells all others before anything is written.</summary>
/// <param name="Problem">Why this rank cannot, or null.</param>
/// <param name="IsSuperseded">Whether this place belongs to a newer attempt.</param>
/// <param name="Step">The step this rank is at; all must agree.</param>
/// <param name="ShardBytes">What this rank will write.</param>
/// <param name="FreeBytes">The room in the place, from its leader; -1 from others, or where it is not known.</param>
/// <param name="NowUnixMs">This rank's clock; rank 0's goes into the manifest.</param>
internal sealed record PreparationReport(
    string? Problem, bool IsSuperseded, long Step, long ShardBytes, long FreeBytes, long NowUnixMs) : IReport<PreparationReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Int32(IsSuperseded ? 1 : 0);
        writer.Int64(Step);
        writer.Int64(ShardBytes);
        writer.Int64(FreeBytes);
        writer.Int64(NowUnixMs);
    }

    public static PreparationReport Decode(ref ByteReader reader) => new(
        reader.Reason(), reader.Int32("superseded", 0, 1) == 1, reader.SignedInt64(), reader.SignedInt64(),
        reader.SignedInt64(), reader.SignedInt64());
}
