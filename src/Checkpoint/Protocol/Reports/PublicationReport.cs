using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What each leader tells about its rename; other ranks send <see cref="NotMine"/>.</summary>
/// <param name="Problem">Why the rename failed, or null.</param>
/// <param name="IsSuperseded">Whether it was left undone because the place belongs to a newer attempt.</param>
/// <param name="IsPublished">Whether the record stands durably under its final name.</param>
internal sealed record PublicationReport(string? Problem, bool IsSuperseded, bool IsPublished) : IReport<PublicationReport>
{
    public static PublicationReport NotMine { get; } = new(null, false, false);

    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Int32(IsSuperseded ? 1 : 0);
        writer.Int32(IsPublished ? 1 : 0);
    }

    public static PublicationReport Decode(ref ByteReader reader) =>
        new(reader.Reason(), reader.Int32("superseded", 0, 1) == 1, reader.Int32("published", 0, 1) == 1);
}
