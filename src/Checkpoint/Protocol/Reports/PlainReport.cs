using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Only whether, and why not.</summary>
internal sealed record PlainReport(string? Problem) : IReport<PlainReport>
{
    public void Encode(ByteWriter writer) => writer.Text(Problem ?? "");

    public static PlainReport Decode(ref ByteReader reader) => new(reader.Reason());
}
