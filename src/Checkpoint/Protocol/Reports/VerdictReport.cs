using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>One rank's judgement of one version.</summary>
/// <param name="Verdict">Whether it can be restored.</param>
/// <param name="ManifestChecksum">The CRC-32C that ends the manifest it read: all ranks must have read the same one.</param>
/// <param name="Step">The step in the manifest.</param>
/// <param name="File">The file in question, or null.</param>
/// <param name="Region">The region in question, or null.</param>
/// <param name="Reason">What is wrong, or null.</param>
internal sealed record VerdictReport(
    Verdict Verdict, uint ManifestChecksum, long Step, string? File, string? Region, string? Reason) : IReport<VerdictReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Int32((int)Verdict);
        writer.UInt32(ManifestChecksum);
        writer.Int64(Step);
        writer.Text(File ?? "");
        writer.Text(Region ?? "");
        writer.Text(Reason ?? "");
    }

    public static VerdictReport Decode(ref ByteReader reader) => new(
        (Verdict)reader.Int32("verdict", 0, (int)Verdict.Mismatched), reader.UInt32(), reader.Int64("step"),
        reader.Reason(), reader.Reason(), reader.Reason());
}
