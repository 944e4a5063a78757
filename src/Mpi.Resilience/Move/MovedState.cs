using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint;
using HpcVirt.Checkpoint.Files;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>A rank's state on its way from one process to another: what the regions are, their bytes, and their checksums.</summary>
/// <remarks>
/// <code>
/// regions:    number, then for each: name, element type, bytes per element, number of dimensions, extents, length; CRC-32C
/// bytes:      of one region after the other, in chunks
/// checksums:  CRC-32C of each region; CRC-32C
/// receipt:    empty, from the target
/// </code>
/// Between two processes of one program in one job, and never stored: no version.
/// </remarks>
internal static class MovedState
{
    private const int HeadBytesMax = 64 << 20;
    private const int PieceBytes = 256 << 20;

    /// <summary>Sends the regions' bytes, and returns when the other process has them, and has found them whole.</summary>
    public static void Send(PeerStream stream, IReadOnlyList<CheckpointRegion> regions)
    {
        var begun = new List<CheckpointRegion>();
        try
        {
            var described = new List<RegionDescriptor>();
            foreach (CheckpointRegion region in regions)
            {
                described.Add(region.BeginSave());
                begun.Add(region);
            }

            stream.Send(Encode(described));
            var checksums = new ByteWriter();
            foreach ((CheckpointRegion region, RegionDescriptor descriptor) in regions.Zip(described))
                checksums.UInt32(OverPieces(region, descriptor.LengthBytes, (memory, passed) => stream.SendChunks(memory, passed)));
            checksums.Checksum();
            stream.Send(checksums.Written);
        }
        finally
        {
            begun.ForEach(static region => region.EndSave());
        }

        _ = stream.Receive(0);
    }

    /// <summary>Fills the regions with what comes.</summary>
    /// <returns>How many bytes came.</returns>
    /// <exception cref="CheckpointMismatchException">The state is not that of this program.</exception>
    public static long Receive(PeerStream stream, IReadOnlyList<CheckpointRegion> regions)
    {
        List<RegionDescriptor> described = Decode(stream.Receive(HeadBytesMax));
        if (!described.Select(static one => one.Name).SequenceEqual(regions.Select(static one => one.Name)))
        {
            throw new ResilienceException(
                $"The rank that moves protects {Names(described.Select(static one => one.Name))}, and this process {Names(regions.Select(static one => one.Name))}. The program's beginning must not depend on time, chance or the host.");
        }

        var checksums = new ByteWriter();
        foreach ((CheckpointRegion region, RegionDescriptor descriptor) in regions.Zip(described))
        {
            region.Check(descriptor);
            region.BeginRestore(descriptor);
            checksums.UInt32(OverPieces(region, descriptor.LengthBytes, (memory, passed) => stream.ReceiveChunks(memory, passed)));
        }

        checksums.Checksum();
        if (!checksums.Written.SequenceEqual(stream.Receive(HeadBytesMax)))
            throw new ResilienceException("The state of the rank that moves was damaged on its way: a checksum is wrong. The job ends here; started again it continues from the newest checkpoint.");
        foreach (ApplicationFileRegion file in regions.OfType<ApplicationFileRegion>().Where(static file => file.ProofBytes > 0)) file.CheckProof(file.Slice(0, file.ProofBytes));
        foreach (CheckpointRegion region in regions) region.EndRestore();
        stream.Send([]);
        return described.Sum(static one => one.LengthBytes);
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(static name => $"'{name}'"));

    /// <summary>Passes a region's memory on in pieces that a span can have, and returns its checksum.</summary>
    private static uint OverPieces(CheckpointRegion region, long lengthBytes, PieceMover move)
    {
        uint checksum = 0;
        for (long start = 0; start < lengthBytes; start += PieceBytes)
        {
            move(region.Slice(start, (int)Math.Min(PieceBytes, lengthBytes - start)), chunk => checksum = Crc32C.Continue(checksum, chunk));
        }

        return checksum;
    }

    private static byte[] Encode(List<RegionDescriptor> described)
    {
        var writer = new ByteWriter();
        writer.Int32(described.Count);
        foreach (RegionDescriptor one in described)
        {
            writer.Text(one.Name);
            writer.Text(one.ElementType);
            writer.Int32(one.ElementBytes);
            writer.Int32(one.Shape.Count);
            foreach (long extent in one.Shape) writer.Int64(extent);
            writer.Int64(one.LengthBytes);
        }

        writer.Checksum();
        return writer.ToArray();
    }

    private static List<RegionDescriptor> Decode(byte[] head)
    {
        var reader = new ByteReader(head, "the head of a moved rank's state");
        var described = new List<RegionDescriptor>();
        int count = reader.Count("number of regions", 1);
        for (int region = 0; region < count; region++)
        {
            string name = reader.Text("region name", RegionDescriptor.MaximumNameBytes), elementType = reader.Text("element type", RegionDescriptor.MaximumNameBytes);
            int elementBytes = reader.Int32("bytes per element", 1, int.MaxValue);
            long[] shape = new long[reader.Int32("number of dimensions", 0, RegionDescriptor.MaximumDimensions)];
            for (int dimension = 0; dimension < shape.Length; dimension++) shape[dimension] = reader.Int64("extent");
            described.Add(new RegionDescriptor(name, elementType, elementBytes, shape, reader.Int64("length")));
        }

        return described;
    }

    private delegate void PieceMover(Span<byte> memory, PeerStream.ChunkPassed passed);
}
