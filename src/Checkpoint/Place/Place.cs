using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>The directory in which this rank keeps its shards, and which ranks share it.</summary>
/// <param name="directory">The disk.</param>
/// <param name="rank">This rank.</param>
/// <param name="leaders">For each rank, the lowest rank that sees the same directory.</param>
internal sealed class Place(ICheckpointDirectory directory, int rank, IReadOnlyList<int> leaders)
{
    public ICheckpointDirectory Directory => directory;

    public int Rank => rank;

    public IReadOnlyList<int> Leaders => leaders;

    /// <summary>Which start of the job this is; known once all places have been surveyed.</summary>
    public long Attempt { get; set; }

    public bool IsLeader => leaders[rank] == rank;

    /// <summary>
    /// Where a counting version lies in this place. A vote is passed when any place has renamed, so a place that did not get to
    /// it still has the same files under the temporary name.
    /// </summary>
    public string PathOf(VersionName name) => directory.Exists(name.Committed) ? name.Committed : name.Temporary;

    /// <summary>What this place holds; an attempt record that is not intact was torn while its attempt began, and binds nobody.</summary>
    public static PlaceSurvey Survey(ICheckpointDirectory directory)
    {
        var versions = new List<(VersionName, VersionState)>();
        var attempts = new List<long>();
        var starts = new List<StartRecord>();
        foreach (DirectoryEntry entry in directory.List(""))
        {
            if (entry.IsDirectory && VersionName.TryParse(entry.Name, out VersionName name, out VersionState state)) versions.Add((name, state));
            if (!entry.IsDirectory && VersionName.TryParseAttempt(entry.Name, out long attempt)) attempts.Add(attempt);
            if (!entry.IsDirectory && VersionName.TryParseStart(entry.Name, out long start) && IntactStart(directory, start) is { } record) starts.Add(record);
        }

        AttemptRecord? newest = attempts.OrderDescending().Select(a => IntactRecord(directory, a)).FirstOrDefault(static r => r is not null);
        long newestAttempt = attempts.Concat(versions.Select(static v => v.Item1.Attempt)).DefaultIfEmpty().Max();
        return new PlaceSurvey(null, versions, newestAttempt, newest) { Starts = starts };
    }

    /// <summary>The highest attempt that has begun here.</summary>
    public static long NewestAttemptBegun(ICheckpointDirectory directory) => directory.List("")
        .Select(static e => VersionName.TryParseAttempt(e.Name, out long attempt) ? attempt : 0)
        .DefaultIfEmpty()
        .Max();

    /// <summary>
    /// Records from which version this attempt starts, and deletes the records that say nothing any more. Not synced: what can lose it is the loss of power, and a
    /// start that ends so casts no suspicion on its version. A torn record is one start less.
    /// </summary>
    public void RecordStart(VersionName from, IEnumerable<StartRecord> obsolete)
    {
        foreach (StartRecord old in obsolete.Where(old => old.Attempt != Attempt)) DeleteStart(old.Attempt);

        // There is one already if this attempt has tried a newer version, which then could not be filled in.
        DeleteStart(Attempt);
        using ICheckpointFile file = directory.CreateFile(VersionName.StartFile(Attempt), StartRecord.Bytes);
        file.Write(new StartRecord(Attempt, from).Encode(), 0);
    }

    /// <summary>The attempt before this one was ended from outside: it casts no suspicion on the version that it started from.</summary>
    public void ForgetStartBefore() => DeleteStart(Attempt - 1);

    /// <summary>An attempt that ends in good order casts no suspicion on the version that it started from.</summary>
    public void ForgetStart() => DeleteStart(Attempt);

    private void DeleteStart(long attempt)
    {
        if (directory.Exists(VersionName.StartFile(attempt))) directory.DeleteFile(VersionName.StartFile(attempt));
    }

    /// <summary>
    /// Deletes a version's directory. It is first renamed, durably, to a name that says so: a half-deleted version must never
    /// look committed, not even after the loss of power.
    /// </summary>
    public void Delete(string name)
    {
        string doomed = name;
        if (VersionName.TryParse(name, out VersionName version, out VersionState state) && state == VersionState.Committed)
        {
            doomed = version.Doomed;
            directory.Rename(name, doomed);
            directory.SyncDirectory("");
        }

        foreach (DirectoryEntry entry in directory.List(doomed)) directory.DeleteFile($"{doomed}/{entry.Name}");
        directory.DeleteDirectory(doomed);
    }

    /// <summary>Deletes what it can and says what it could not.</summary>
    public IReadOnlyList<string> DeleteAll(IEnumerable<string> names)
    {
        var warnings = new List<string>();
        foreach (string name in names)
        {
            try
            {
                Delete(name);
            }
            catch (CheckpointDirectoryException e)
            {
                warnings.Add($"{name} is no longer needed but could not be deleted. {e.Message}");
            }
        }

        return warnings;
    }

    private static StartRecord? IntactStart(ICheckpointDirectory directory, long attempt)
    {
        string path = VersionName.StartFile(attempt);
        try
        {
            StartRecord record = StartRecord.Decode(FileBytes.ReadWhole(directory, path, StartRecord.Bytes), path);
            return record.Attempt == attempt ? record : null;
        }
        catch (CheckpointException)
        {
            // Torn, damaged or deleted at this moment: one start less is counted.
            return null;
        }
    }

    private static AttemptRecord? IntactRecord(ICheckpointDirectory directory, long attempt)
    {
        string path = VersionName.AttemptFile(attempt);
        try
        {
            AttemptRecord record = AttemptRecord.Decode(FileBytes.ReadWhole(directory, path, AttemptRecord.MaximumBytes), path);
            return record.Attempt == attempt ? record : null;
        }
        catch (CheckpointFormatException)
        {
            return null;
        }
    }
}
