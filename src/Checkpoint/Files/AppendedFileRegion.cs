using System;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Files;

/// <summary>
/// A file that only ever grows: its length and the checksum of its bytes are in the checkpoint, the bytes stay where they are. A restart cuts off
/// what came later.
/// </summary>
/// <remarks>
/// Each save reads only what came since the one before. The bytes are durable before the vote, for a checkpoint that promises a length which the
/// file does not have after the loss of power would be of no use.
/// </remarks>
internal sealed class AppendedFileRegion(string name, IApplicationFile file, Action? flush) : ApplicationFileRegion(name, file, flush)
{
    private const int ReadBytes = 1 << 20;

    private byte[] _record = [];
    private ulong _number;
    private long _knownBytes;
    private uint _knownChecksum;

    public override int ProofBytes => FileRecord.Bytes;

    protected override string ElementType => AppendedType;

    public override RegionDescriptor BeginSave()
    {
        Flush();
        _record = Record().Encode();
        return Describe(_record.Length);
    }

    public override void EndSave()
    {
        // The record is small, and is made anew by the next save.
    }

    public override void CheckProof(ReadOnlySpan<byte> proof)
    {
        FileRecord record = FileRecord.Decode(proof, Name);
        if (!record.IsThere) return;
        if (!File.Exists) throw Unfit(0, $"the file is gone; it had {record.LengthBytes} bytes at this checkpoint");
        using ICheckpointFile open = File.Open();
        long lengthBytes = open.GetLengthBytes();
        if (lengthBytes < record.LengthBytes)
            throw Unfit(lengthBytes, $"the file ends here; it had {record.LengthBytes} bytes at this checkpoint, and what is missing is nowhere else");
        uint checksum = Continue(0, open, 0, record.LengthBytes);
        if (checksum != record.Checksum)
        {
            throw Unfit(0, $"the first {record.LengthBytes} bytes are not those of this checkpoint (checksum {checksum:x8}, recorded {record.Checksum:x8}): "
                + "something else has written to the file");
        }
    }

    public override void BeginRestore(RegionDescriptor stored)
    {
        if (stored.LengthBytes != FileRecord.Bytes) throw Mismatch(stored, $"{ElementType}[{FileRecord.Bytes}]");
        _record = new byte[FileRecord.Bytes];
    }

    public override void EndRestore()
    {
        FileRecord record = FileRecord.Decode(_record, Name);
        bool exists = File.Exists;
        if (!record.IsThere)
        {
            // It came into being after the instant to which the job goes back.
            if (exists) File.Delete();
            (_knownBytes, _knownChecksum, _number) = (0, 0, 0);
            return;
        }

        File.Truncate(record.LengthBytes);
        (_knownBytes, _knownChecksum, _number) = (record.LengthBytes, record.Checksum, File.Number);
    }

    public override Span<byte> Slice(long offsetBytes, int lengthBytes) => _record.AsSpan((int)offsetBytes, lengthBytes);

    private FileRecord Record()
    {
        if (!File.Exists)
        {
            return _knownBytes == 0 ? FileRecord.Absent : throw new CheckpointException(
                $"{File.Path} is gone; it had {_knownBytes} bytes at the checkpoint before. A file that is deleted or replaced is protected as rewritten, not as appended to.");
        }

        using ICheckpointFile open = File.Open();
        long lengthBytes = open.GetLengthBytes();
        ulong number = File.Number;
        bool isNew = number != _number;
        if (lengthBytes < _knownBytes || (isNew && Continue(0, open, 0, _knownBytes) != _knownChecksum))
        {
            throw new CheckpointException(
                $"{File.Path} is not only appended to: it has {lengthBytes} bytes, and the {_knownBytes} of the checkpoint before are not at its start any more. "
                + "Protect it as rewritten.");
        }

        uint checksum = Continue(_knownChecksum, open, _knownBytes, lengthBytes);

        // A yes in the vote promises that the file has these bytes, so they are on the disk before it, and under their name.
        open.Sync();
        if (isNew) File.SyncName();
        (_knownBytes, _knownChecksum, _number) = (lengthBytes, checksum, number);
        return new FileRecord(true, false, File.Mode, lengthBytes, checksum);
    }

    private uint Continue(uint checksum, ICheckpointFile open, long fromBytes, long toBytes)
    {
        byte[] buffer = new byte[(int)long.Min(ReadBytes, long.Max(0, toBytes - fromBytes))];
        for (long done = fromBytes; done < toBytes;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)long.Min(buffer.Length, toBytes - done));
            FileBytes.ReadExactly(open, part, done, File.Path, Name);
            checksum = Crc32C.Continue(checksum, part);
            done += part.Length;
        }

        return checksum;
    }

    private CheckpointFormatException Unfit(long offsetBytes, string reason) => new(File.Path, offsetBytes, reason, Name);
}
