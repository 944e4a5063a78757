using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Mpi.Resilience.Crossing;

/// <summary>
/// What was in flight at the cut of a checkpoint, on one rank: the requests that were live over it, by name, and the messages that were captured and
/// not yet received. It is the content of the region <see cref="RegionName"/>; payloads are the bytes of the elements, in no MPI's own encoding. All numbers
/// little-endian.
/// <code>
/// offset  bytes
///      0      8  magic "HVINFLT\0"
///      8      4  format version, 1
///     12      4  flags, 0
///     16      4  number of live requests
///     20      4  number of captured messages
///     24         the live requests, in the order in which they were started:
///                  name (4+n), kind (4), source (4), tag (4), payload (4+n)
///      .         the captured messages, in the order in which MPI would have matched them:
///                  communicator id (8), source (4), tag (4), payload (4+n)
///      .      4  CRC-32C of everything before
/// </code>
/// docs/formats/in-flight.md is the page of this file.
/// </summary>
internal sealed record InFlightRecord(IReadOnlyList<LiveRequestRecord> Requests, IReadOnlyList<CapturedRecord> Messages)
{
    public const int FormatVersion = 1;

    /// <summary>The region's name in a shard.</summary>
    public const string RegionName = "hpcvirt.in-flight";

    private const int NameBytesMax = 1024;

    private static readonly byte[] Magic = "HVINFLT\0"u8.ToArray();

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.Bytes(Magic);
        writer.Int32(FormatVersion);
        writer.Int32(0);
        writer.Int32(Requests.Count);
        writer.Int32(Messages.Count);
        foreach (LiveRequestRecord request in Requests)
        {
            writer.Text(request.Name);
            writer.Int32((int)request.Kind);
            writer.Int32(request.Source);
            writer.Int32(request.Tag);
            writer.Int32(request.Payload.Length);
            writer.Bytes(request.Payload);
        }

        foreach (CapturedRecord message in Messages)
        {
            writer.Int64((long)message.Communicator);
            writer.Int32(message.Source);
            writer.Int32(message.Tag);
            writer.Int32(message.Payload.Length);
            writer.Bytes(message.Payload);
        }

        writer.Checksum();
        return writer.ToArray();
    }

    /// <summary>Reads a record; throws <see cref="Checkpoint.CheckpointFormatException"/> on anything but an intact one.</summary>
    public static InFlightRecord Decode(byte[] bytes, string file)
    {
        var reader = new ByteReader(bytes, file);
        reader.Magic(Magic, "a record of what was in flight");
        reader.FormatVersion(FormatVersion);
        reader.CheckTrailingChecksum();
        reader.Int32("flags", 0, 0);
        var requests = new LiveRequestRecord[reader.Count("number of live requests", 20)];
        int messageCount = reader.Count("number of captured messages", 20);
        for (int index = 0; index < requests.Length; index++)
        {
            requests[index] = new LiveRequestRecord(
                reader.Text("name", NameBytesMax),
                (LiveRequestKind)reader.Int32("kind", 0, (int)LiveRequestKind.Received),
                reader.Int32("source", int.MinValue, int.MaxValue),
                reader.Int32("tag", int.MinValue, int.MaxValue),
                reader.Bytes(reader.Count("payload length", 1)).ToArray());
        }

        var messages = new List<CapturedRecord>();
        for (int index = 0; index < messageCount; index++)
        {
            messages.Add(new CapturedRecord(
                (ulong)reader.SignedInt64(),
                reader.Int32("source", 0, int.MaxValue),
                reader.Int32("tag", 0, int.MaxValue),
                reader.Bytes(reader.Count("payload length", 1)).ToArray()));
        }

        reader.CheckEnd();
        return new InFlightRecord(requests, messages);
    }
}

/// <summary>A request that was live over the cut.</summary>
/// <param name="Name">The name under which the program started it.</param>
/// <param name="Kind">What has to be done to have it again.</param>
/// <param name="Source">The sender of the message that had come; otherwise 0.</param>
/// <param name="Tag">Its tag; otherwise 0.</param>
/// <param name="Payload">Its bytes; otherwise none.</param>
internal sealed record LiveRequestRecord(string Name, LiveRequestKind Kind, int Source, int Tag, byte[] Payload);

/// <summary>How a live request stood at the cut.</summary>
internal enum LiveRequestKind
{
    /// <summary>A send: its message was received or captured, so that it is not sent again.</summary>
    Sent = 0,

    /// <summary>A receive whose message had not come: it is posted again.</summary>
    Posted = 1,

    /// <summary>A receive whose message had come, and the program had not been told.</summary>
    Received = 2,
}

/// <summary>A message that was captured.</summary>
/// <param name="Communicator">The agreed id of its communicator.</param>
/// <param name="Source">The sender's rank in the (remote) group.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Payload">The bytes of its elements.</param>
internal sealed record CapturedRecord(ulong Communicator, int Source, int Tag, byte[] Payload);
