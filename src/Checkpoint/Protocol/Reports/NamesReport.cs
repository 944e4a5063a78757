using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Names that a rank tells the others.</summary>
internal sealed record NamesReport(IReadOnlyList<string> Names) : IReport<NamesReport>
{
    public void Encode(ByteWriter writer)
    {
        writer.Int32(Names.Count);
        foreach (string name in Names) writer.Text(name);
    }

    public static NamesReport Decode(ref ByteReader reader)
    {
        string[] names = new string[reader.Count("number of names", 4)];
        for (int i = 0; i < names.Length; i++) names[i] = reader.Text("name", RegionDescriptor.MaximumNameBytes);
        return new NamesReport(names);
    }
}
