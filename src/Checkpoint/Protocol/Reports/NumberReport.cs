using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>A number that a rank has found, and what kept it from finding one.</summary>
internal sealed record NumberReport(int Number, string? Problem) : IReport<NumberReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Int32(Number);
        writer.Text(Problem ?? "");
    }

    public static NumberReport Decode(ref ByteReader reader) => new(reader.Int32("number", 0, int.MaxValue), reader.Reason());
}
