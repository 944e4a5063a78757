using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>
/// Which bytes of a file of the answering rank's place are wanted. All numbers little-endian.
/// <code>
/// offset  bytes
///      0      8  offset in the file
///      8      8  bytes wanted; 0: the length of the file instead, 8 bytes
///     16    4+n  path inside the place: length, UTF-8
///      .      4  CRC-32C of everything before
/// </code>
/// docs/formats/mesh.md is the page of this file.
/// </summary>
internal sealed record FileRequest(string Path, long OffsetBytes, int LengthBytes)
{
    public const int MaximumBytes = 8192;

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.Int64(OffsetBytes);
        writer.Int64(LengthBytes);
        writer.Text(Path);
        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>Reads a request; throws <see cref="CheckpointFormatException"/> on anything but an intact one for a path inside the place.</summary>
    public static FileRequest Decode(byte[] bytes)
    {
        var reader = new ByteReader(bytes, "a request");
        reader.CheckTrailingChecksum();
        long offsetBytes = reader.Int64("offset");
        long lengthBytes = reader.Int64("length");
        if (lengthBytes > PeerFiles.RequestBytesMax) throw reader.Bad($"asks for {lengthBytes} bytes at once");
        string path = reader.Text("path", 4096);
        if (path.StartsWith('/') || path.Contains("..", System.StringComparison.Ordinal)) throw reader.Bad("names a path outside the place");
        reader.CheckEnd();
        return new FileRequest(path, offsetBytes, (int)lengthBytes);
    }
}
