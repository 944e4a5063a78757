using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a rank's memory tier still has to take.</summary>
/// <param name="Problem">Why this rank cannot take part, or null.</param>
/// <param name="NewBytes">Bytes not reserved yet.</param>
/// <param name="NewBytesWithTwoSlots">The same if there were two slots only.</param>
internal sealed record RoomReport(string? Problem, long NewBytes, long NewBytesWithTwoSlots) : IReport<RoomReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Int64(NewBytes);
        writer.Int64(NewBytesWithTwoSlots);
    }

    public static RoomReport Decode(ref ByteReader reader) => new(reader.Reason(), reader.Int64("new bytes"), reader.Int64("new bytes with two slots"));
}
