using System;
using System.IO;
using System.IO.Compression;

namespace HpcVirt.Predictor.MLNet;

/// <summary>An ML.NET model is a zip archive whose entries bear the time of saving; without it, equal models are equal bytes.</summary>
internal static class MLNetPayload
{
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] WithoutTimes(byte[] payload)
    {
        using var result = new MemoryStream();
        using (var from = new ZipArchive(new MemoryStream(payload), ZipArchiveMode.Read))
        using (var to = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (ZipArchiveEntry entry in from.Entries)
            {
                ZipArchiveEntry copy = to.CreateEntry(entry.FullName, CompressionLevel.Optimal);
                copy.LastWriteTime = NoTime;
                using Stream source = entry.Open();
                using Stream target = copy.Open();
                source.CopyTo(target);
            }
        }

        return result.ToArray();
    }
}
