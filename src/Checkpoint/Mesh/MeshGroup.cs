using System;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// The ranks of a job as a group over their own connections, for the background thread of each. Rank 0 collects and distributes: a round
/// is two hops, and the reports that travel are small.
/// </summary>
internal sealed class MeshGroup(RankMesh mesh) : ICheckpointGroup
{
    private const int PartBytesMax = 1 << 26;

    public int Rank => mesh.Rank;

    public int Size => mesh.Size;

    public void Barrier() => Gather([]);

    public long Minimum(long value) => Numbers(value).Min();

    public long Maximum(long value) => Numbers(value).Max();

    public byte[][] Gather(ReadOnlySpan<byte> mine)
    {
        if (Rank != 0)
        {
            mesh.Member(0).Send(MeshFrameKind.Round, mine);
            return Decode(mesh.Member(0).Receive(MeshFrameKind.Round, int.MaxValue - 64), Size);
        }

        byte[][] parts = new byte[Size][];
        parts[0] = mine.ToArray();
        for (int rank = 1; rank < Size; rank++) parts[rank] = mesh.Member(rank).Receive(MeshFrameKind.Round, PartBytesMax);
        byte[] all = Encode(parts);
        for (int rank = 1; rank < Size; rank++) mesh.Member(rank).Send(MeshFrameKind.Round, all);
        return parts;
    }

    private static byte[] Encode(byte[][] parts)
    {
        var writer = new ByteWriter();
        foreach (byte[] part in parts)
        {
            writer.Int32(part.Length);
            writer.Bytes(part);
        }

        return writer.ToArray();
    }

    private static byte[][] Decode(byte[] all, int size)
    {
        var reader = new ByteReader(all, "a round");
        byte[][] parts = new byte[size][];
        for (int rank = 0; rank < size; rank++) parts[rank] = reader.Bytes(reader.Count("part length", 1)).ToArray();
        return parts;
    }

    private long[] Numbers(long value) => [.. Gather(BitConverter.GetBytes(value)).Select(static b => BitConverter.ToInt64(b))];
}
