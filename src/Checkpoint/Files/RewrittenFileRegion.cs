using System;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Files;

/// <summary>
/// A file that is written in any way: its bytes are in the checkpoint, as those of any other region, and a restart puts them back in one rename.
/// Read and written in pieces, so it may be larger than memory.
/// </summary>
internal sealed class RewrittenFileRegion(string name, IApplicationFile file, Action? flush) : ApplicationFileRegion(name, file, flush)
{
    private readonly byte[] _record = new byte[FileRecord.ContentOffsetBytes];
    private byte[] _buffer = [];
    private ICheckpointFile? _open;
    private bool _isRestoring;
    private long _lengthBytes;
    private long _pendingOffsetBytes;
    private int _pendingBytes;

    protected override string ElementType => RewrittenType;

    public override RegionDescriptor BeginSave()
    {
        Flush();
        FileRecord record = FileRecord.Absent;
        if (File.Exists)
        {
            _open = File.Open();
            record = new FileRecord(true, true, File.Mode, _open.GetLengthBytes(), 0);
        }

        _lengthBytes = FileRecord.ContentOffsetBytes + record.LengthBytes;
        Array.Clear(_record);
        record.Encode().CopyTo(_record, 0);
        return Describe(_lengthBytes);
    }

    public override void EndSave() => Close();

    public override void BeginRestore(RegionDescriptor stored)
    {
        Close();
        if (stored.LengthBytes < FileRecord.ContentOffsetBytes) throw Mismatch(stored, $"{ElementType} of at least {FileRecord.ContentOffsetBytes} bytes");
        _lengthBytes = stored.LengthBytes;
        _open = File.CreateReplacement(_lengthBytes - FileRecord.ContentOffsetBytes);
        _isRestoring = true;
    }

    public override void EndRestore()
    {
        Settle();
        FileRecord record = FileRecord.Decode(_record.AsSpan(0, FileRecord.Bytes), Name);
        if (FileRecord.ContentOffsetBytes + record.LengthBytes != _lengthBytes)
            throw new CheckpointFormatException(Name, 20, $"the record speaks of {record.LengthBytes} bytes, and {_lengthBytes - FileRecord.ContentOffsetBytes} follow", Name);
        if (record.IsThere) _open!.Sync();
        Close();
        if (record.IsThere)
        {
            File.Replace(record.Mode);
            return;
        }

        // It came into being after the instant to which the job goes back.
        File.DropReplacement();
        if (File.Exists) File.Delete();
    }

    public override Span<byte> Slice(long offsetBytes, int lengthBytes)
    {
        if (_buffer.Length < lengthBytes) _buffer = new byte[lengthBytes];
        Span<byte> bytes = _buffer.AsSpan(0, lengthBytes);
        if (_isRestoring)
        {
            // The bytes come after the return; they are written when the next ones are asked for.
            Settle();
            (_pendingOffsetBytes, _pendingBytes) = (offsetBytes, lengthBytes);
            return bytes;
        }

        int head = HeadOf(offsetBytes, lengthBytes);
        if (head > 0) _record.AsSpan((int)offsetBytes, head).CopyTo(bytes);
        if (head < lengthBytes) Read(bytes[head..], offsetBytes + head - FileRecord.ContentOffsetBytes);
        return bytes;
    }

    private static int HeadOf(long offsetBytes, int lengthBytes) => (int)long.Clamp(FileRecord.ContentOffsetBytes - offsetBytes, 0, lengthBytes);

    private void Read(Span<byte> bytes, long offsetBytes)
    {
        try
        {
            FileBytes.ReadExactly(_open!, bytes, offsetBytes, File.Path, Name);
        }
        catch (CheckpointFormatException)
        {
            throw new CheckpointException($"{File.Path} became shorter while it was copied into the checkpoint. Nothing may write to it at a safe point.");
        }
    }

    private void Settle()
    {
        int head = HeadOf(_pendingOffsetBytes, _pendingBytes);
        if (head > 0) _buffer.AsSpan(0, head).CopyTo(_record.AsSpan((int)_pendingOffsetBytes));
        if (head < _pendingBytes) _open!.Write(_buffer.AsSpan(head, _pendingBytes - head), _pendingOffsetBytes + head - FileRecord.ContentOffsetBytes);
        _pendingBytes = 0;
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
        _buffer = [];
        _isRestoring = false;
        _pendingBytes = 0;
    }
}
