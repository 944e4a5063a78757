using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>A name that a rank tells the others, and what kept it from doing what the name is for.</summary>
internal sealed record NameReport(string Name, string? Problem) : IReport<NameReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Name);
        writer.Text(Problem ?? "");
    }

    public static NameReport Decode(ref ByteReader reader) => new(reader.Text("name", RegionDescriptor.MaximumNameBytes), reader.Reason());
}
