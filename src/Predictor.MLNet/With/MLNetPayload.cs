using System;
using System.IO;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace HpcVirt.Predictor.MLNet;

/// <summary>
/// The payload: an ordinary ML.NET model, which is a zip archive, with its entries' times taken out, so that equal models are equal bytes, and with one entry more, which ML.NET does not look at. Its
/// checksum is the archive's.
/// <code>
/// hpcvirt-covers.bin
/// offset  bytes
///      0      4  magic "HVCV"
///      4      4  version, 1
///      8      4  count
///     12  count x 4  float: how many training rows came by each node of the trees, tree after tree, level by level
/// </code>
/// Numbers are little-endian. Without the entry (models of an earlier version) all leaves count alike and margins are ML.NET's bare scores.
/// </summary>
internal static class MLNetPayload
{
    private const string CoversEntry = "hpcvirt-covers.bin";
    private const int HeaderBytes = 12;
    private const int Version = 1;
    private const int NodesMax = 1 << 24;

    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static ReadOnlySpan<byte> Magic => "HVCV"u8;

    public static byte[] Pack(byte[] model, ReadOnlySpan<float> covers)
    {
        using var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(model), ZipArchiveMode.Read))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in from.Entries)
            {
                using Stream source = entry.Open();
                using Stream target = Create(to, entry.FullName);
                source.CopyTo(target);
            }

            using Stream own = Create(to, CoversEntry);
            byte[] header = new byte[HeaderBytes];
            Magic.CopyTo(header);
            BitConverter.TryWriteBytes(header.AsSpan(4), Version);
            BitConverter.TryWriteBytes(header.AsSpan(8), covers.Length);
            own.Write(header);
            own.Write(MemoryMarshal.AsBytes(covers));
        }

        return result.ToArray();
    }

    /// <summary>The covers of a payload; null where it has none.</summary>
    public static float[]? CoversOf(ReadOnlyMemory<byte> payload)
    {
        using var archive = new ZipArchive(new MemoryStream(payload.ToArray()), ZipArchiveMode.Read);
        if (archive.GetEntry(CoversEntry) is not { } entry) return null;
        using Stream stream = entry.Open();
        byte[] header = new byte[HeaderBytes];
        stream.ReadExactly(header);
        int version = BitConverter.ToInt32(header, 4), count = BitConverter.ToInt32(header, 8);
        if (!header.AsSpan(0, 4).SequenceEqual(Magic) || version != Version || count is < 0 or > NodesMax)
            throw new PredictorException($"the entry {CoversEntry} of the ML.NET model is of version {version}, or damaged; this program reads version {Version}: train again, or take a newer program.");
        float[] covers = new float[count];
        stream.ReadExactly(MemoryMarshal.AsBytes(covers.AsSpan()));
        return covers;
    }

    private static Stream Create(ZipArchive archive, string name)
    {
        ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.Optimal);
        entry.LastWriteTime = NoTime;
        return entry.Open();
    }
}
