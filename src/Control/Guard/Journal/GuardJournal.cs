using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Control.Native;

namespace HpcVirt.Control.Guard.Journal;

/// <summary>The journal as a file that one guard appends to: a record is on the disk when <see cref="Append"/> returns.</summary>
internal sealed class GuardJournal : IDisposable
{
    /// <summary>Some 200,000 records: years. A file that is larger is not a journal of ours, or wants to be moved away.</summary>
    private const long FileBytesMax = 64 << 20;

    private readonly FileStream _file;
    private long _records;

    private GuardJournal(FileStream file, long records)
    {
        _file = file;
        _records = records;
    }

    /// <summary>Reads a journal without changing it.</summary>
    /// <param name="path">The file; one that is not there is empty.</param>
    /// <param name="policy">The policy that the state is for.</param>
    /// <exception cref="ControlException">It cannot be read, or is damaged.</exception>
    public static GuardState Read(string path, PolicyOptions policy) => Sum(Load(path).Records, policy, path);

    /// <summary>Reads a journal, cuts off what was being written when its guard was ended, and takes it over. The caller leads: it holds <see cref="GuardLock"/>.</summary>
    /// <param name="path">The file; made if it is not there.</param>
    /// <param name="policy">The policy that the state is for.</param>
    /// <exception cref="ControlException">It cannot be read or written, or is damaged.</exception>
    public static (GuardJournal Journal, GuardState State) Open(string path, PolicyOptions policy)
    {
        (IReadOnlyList<GuardRecord> records, long whole) = Load(path);
        GuardState state = Sum(records, policy, path);
        try
        {
            var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 });
            file.SetLength(whole);
            file.Seek(0, SeekOrigin.End);
            file.Flush(flushToDisk: true);
            LibC.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return (new GuardJournal(file, records.Count), state);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.BadInput, $"{path} cannot be written ({e.Message.TrimEnd('.')}). The guard does nothing that it could not remember; make room, or correct \"state\".", e);
        }
    }

    /// <summary>Writes a record, and waits for the disk.</summary>
    /// <exception cref="ControlException">It could not be written. Nothing that was to follow may be done.</exception>
    public void Append(GuardRecord record)
    {
        try
        {
            // In one write: what a crash leaves of it is its beginning.
            _file.Write(GuardJournalFormat.Encode(_records + 1, record));
            _file.Flush(flushToDisk: true);
            _records++;
        }
        catch (IOException e)
        {
            throw new ControlException(ExitCode.InternalError, $"{_file.Name} cannot be written ({e.Message.TrimEnd('.')}). The guard ends: it does nothing that it could not remember. Make room and start it again.", e);
        }
    }

    public void Dispose() => _file.Dispose();

    private static (IReadOnlyList<GuardRecord> Records, long WholeBytes) Load(string path)
    {
        try
        {
            if (!File.Exists(path)) return ([], 0);
            if (new FileInfo(path).Length > FileBytesMax) throw new ControlException(ExitCode.BadInput, $"{path} has more than {FileBytesMax >> 20} MiB. Move it away while no alarm is open, and start the guard anew.");
            return GuardJournalFormat.Decode(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.BadInput, $"{path} cannot be read ({e.Message.TrimEnd('.')}).", e);
        }
    }

    private static GuardState Sum(IReadOnlyList<GuardRecord> records, PolicyOptions policy, string path)
    {
        var state = new GuardState(policy);
        foreach ((int at, GuardRecord record) in records.Index())
        {
            try
            {
                state = state.With(record);
            }
            catch (FormatException e)
            {
                throw new ControlException(ExitCode.BadInput, $"{path}: record {at + 1} makes no sense: {e.Message}. Move the file away, and start the guard anew.", e);
            }
        }

        return state;
    }
}
