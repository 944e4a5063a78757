using System.Collections.Generic;
using System.Net;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>Where a rank can be reached; exchanged through the job's own group, which is as trusted as the job.</summary>
/// <param name="Problem">Why it cannot, or null.</param>
/// <param name="HostId">What tells its host from others.</param>
/// <param name="HostName">The host's name, for failure groups and for people.</param>
/// <param name="Port">The port it listens on.</param>
/// <param name="Addresses">Its addresses, the likeliest first.</param>
/// <param name="PlaceLocation">The full path of its place.</param>
/// <param name="Key">The job's key, from rank 0.</param>
internal sealed record MeshEndpoint(
    string? Problem, string HostId, string HostName, int Port, IReadOnlyList<string> Addresses, string PlaceLocation, byte[] Key) : IReport<MeshEndpoint>
{
    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Text(HostId);
        writer.Text(HostName);
        writer.Int32(Port);
        writer.Text(string.Join(' ', Addresses));
        writer.Text(PlaceLocation);
        writer.Int32(Key.Length);
        writer.Bytes(Key);
    }

    public static MeshEndpoint Decode(ref ByteReader reader) => new(
        reader.Reason(), reader.Text("host id", 4096), reader.Text("host name", 4096), reader.Int32("port", 0, IPEndPoint.MaxPort),
        reader.Text("addresses", 1 << 16).Split(' ', System.StringSplitOptions.RemoveEmptyEntries), reader.Text("place", 1 << 16),
        reader.Bytes(reader.Count("key length", 1)).ToArray());
}
