using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>The intact files of a version that one rank has found in its place; ranks of one place share the looking.</summary>
/// <param name="Problem">Why it could not look, or null.</param>
/// <param name="Leader">The leader of its place.</param>
/// <param name="Directory">The version's directory in its place, or empty if there is none.</param>
/// <param name="Manifest">The manifest's bytes if it is intact, else empty; from leaders only.</param>
/// <param name="Files">The files.</param>
internal sealed record Inventory(string? Problem, int Leader, string Directory, byte[] Manifest, IReadOnlyList<FoundFile> Files) : IReport<Inventory>
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Int32(Leader);
        writer.Text(Directory);
        writer.Int32(Manifest.Length);
        writer.Bytes(Manifest);
        writer.Int32(Files.Count);
        foreach (FoundFile file in Files) file.Encode(writer);
    }

    public static Inventory Decode(ref ByteReader reader)
    {
        string? problem = reader.Reason();
        int leader = reader.Int32("leader", 0, int.MaxValue);
        string directory = reader.Text("directory", 4096);
        byte[] manifest = reader.Bytes(reader.Count("manifest length", 1)).ToArray();
        var files = new List<FoundFile>();
        for (int count = reader.Count("number of files", 24); count > 0; count--) files.Add(FoundFile.Decode(ref reader));
        return new Inventory(problem, leader, directory, manifest, files);
    }
}
