using System.IO;
using NUnit.Framework;

namespace HpcVirt.Checkpoint.Tests.Formats;

/// <summary>Files made once, by another program, from the pages in docs/formats. Golden/make.py tells how.</summary>
internal static class Golden
{
    public static byte[] Shard => Read("shard.v1");

    public static byte[] CompressedShard => Read("shard.v2");

    public static byte[] Manifest => Read("manifest.v1");

    public static byte[] Attempt => Read("attempt.v1");

    public static byte[] Redundancy => Read("redundancy.v1");

    public static byte[] FileRecord => Read("file-record.v1");

    public static byte[] Start => Read("start.v1");

    private static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Golden", name));
}
