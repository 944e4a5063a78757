using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;
using HpcVirt.Checkpoint.Protocol;

namespace HpcVirt.Checkpoint;

/// <summary>
/// How all ranks open their places together: recognise the directory, find out who shares it, agree on the attempt, record it,
/// and clean up what older attempts left behind. docs/formats/directory.md has the names.
/// </summary>
internal sealed class PlaceOpening(ICheckpointDirectory directory, ICheckpointGroup group, CheckpointOptions options)
{
    /// <summary>Enough for the records of a few attempts, also where each takes a block of its own.</summary>
    private const int SpareBytes = 16 << 10;

    private readonly List<string> _warnings = [];

    public IReadOnlyList<string> Warnings => _warnings;

    public (Place Place, OpeningPlan Plan) Open(Func<Guid> newId)
    {
        Recognise();
        string[] probes = PutProbe(newId());
        var place = new Place(directory, group.Rank, FindLeaders(probes));

        PlaceSurvey[] surveys = Exchange.All(group, Surveyed(place));
        Together.Throw(surveys.Select(static s => s.Problem));
        var plan = OpeningPlan.Make(options.Attempt, surveys);

        // All have looked by now, so a probe has served. What a lost rank leaves behind, the next opening's leader clears away.
        if (Attempted.Run(() => directory.DeleteFile(probes[group.Rank])) is { } left) _warnings.Add(left);

        string? problem = null;
        if (plan.Refusal is null && place.IsLeader) problem = Attempted.Run(() => Begin(place, plan, surveys[group.Rank], probes));
        Together.Throw(Exchange.All(group, new PlainReport(problem)).Select(static r => r.Problem));
        if (plan.Refusal is not null) throw new CheckpointSupersededException($"{directory.Location}: {plan.Refusal}");
        place.Attempt = plan.Attempt;
        return (place, plan);
    }

    /// <summary>Whether the directory is empty or ours; it is made ours by one exclusive creation, which cannot be half done.</summary>
    private void Recognise()
    {
        bool isForeign = false;
        string? problem = options.Problem() ?? Attempted.Run(() =>
        {
            directory.CreateRoot();
            if (directory.Exists(VersionName.Marker)) return;

            string[] found = [.. directory.List("").Select(static e => e.Name).Where(static n => n != VersionName.LostAndFound)];
            if (found.Length > 0 && !directory.Exists(VersionName.Marker))
            {
                isForeign = true;
                throw new CheckpointException(
                    $"{directory.Location} is not empty and holds no checkpoints of HpcVirt (no {VersionName.Marker}; it holds "
                    + $"{string.Join(", ", found.Order(StringComparer.Ordinal).Take(3))}{(found.Length > 3 ? ", ..." : "")}). "
                    + "Is this the right directory? Name an empty or a new one.");
            }

            CreateMarker();
        });

        // Which kind of refusal it is travels as one more value, so that all ranks throw the same exception.
        NumberReport[] reports = Exchange.All(group, new NumberReport(isForeign ? 1 : 0, problem));
        string?[] problems = [.. reports.Select(static r => r.Problem)];
        if (reports.Any(static r => r.Number == 1)) throw new ForeignDirectoryException(RankReasons.Join(problems) ?? "A directory holds something else than checkpoints.");
        Together.Throw(problems);
    }

    private void CreateMarker()
    {
        try
        {
            FileBytes.WriteNew(directory, VersionName.Marker, []);
        }
        catch (CheckpointDirectoryException e) when (e.Fault == DirectoryFault.AlreadyExists)
        {
            // Another rank of this job was faster.
        }

        // Nothing else may reach the disk before the marker, or the loss of power makes our own directory look foreign.
        directory.SyncDirectory("");
    }

    /// <summary>Creates this rank's sign; returns the names of all.</summary>
    private string[] PutProbe(Guid id)
    {
        string name = $"{VersionName.ProbePrefix}{group.Rank}-{id:N}";
        string? problem = Attempted.Run(() => directory.CreateFile(name, reserveBytes: 0).Dispose());
        NameReport[] reports = Exchange.All(group, new NameReport(name, problem));
        Together.Throw(reports.Select(static r => r.Problem));
        return [.. reports.Select(static r => r.Name)];
    }

    /// <summary>The lowest rank whose probe is seen here leads here; on a shared directory the first look finds it.</summary>
    private int[] FindLeaders(string[] probes)
    {
        int leader = 0;
        string? problem = Attempted.Run(() =>
        {
            while (leader < group.Rank && !directory.Exists(probes[leader])) leader++;
        });

        NumberReport[] reports = Exchange.All(group, new NumberReport(leader, problem));
        int[] leaders = [.. reports.Select(static r => r.Number)];
        Together.Throw(reports.Select((report, rank) => report.Problem ?? Disagreement(rank, leaders)));
        return leaders;
    }

    private string? Disagreement(int rank, int[] leaders) => leaders[leaders[rank]] == leaders[rank]
        ? null
        : $"{directory.Location}: rank {rank} sees the checkpoint files of rank {leaders[rank]}, which itself sees those of rank {leaders[leaders[rank]]}. Give all ranks of a host the same directory.";

    private static PlaceSurvey Surveyed(Place place)
    {
        PlaceSurvey survey = PlaceSurvey.Empty;
        string? problem = Attempted.Run(() =>
        {
            if (place.IsLeader) survey = Place.Survey(place.Directory);
        });
        return survey with { Problem = problem };
    }

    private void Begin(Place place, OpeningPlan plan, PlaceSurvey found, string[] probes)
    {
        Record(new AttemptRecord(plan.Attempt, plan.Inherited));
        foreach (VersionName name in found.Of(VersionState.Temporary).Where(plan.Inherited.Contains)) Complete(name);
        CleanUp(place, plan, found, probes);
        KeepRoom();
    }

    private void Record(AttemptRecord record)
    {
        string name = VersionName.AttemptFile(record.Attempt);
        byte[] bytes = record.Encode();
        try
        {
            // Exclusive: of two jobs that start in one directory at once, one learns of the other here.
            if (!TryWriteNew(name, bytes)) FileBytes.WriteNew(directory, name, bytes);
        }
        catch (CheckpointDirectoryException e) when (e.Fault == DirectoryFault.AlreadyExists)
        {
            throw new CheckpointException(
                $"{directory.Location}: another job is starting in this directory at this moment. Run one job per directory.", e);
        }

        // The name must be durable before this attempt acts: a commit of an older attempt that comes after it must not count.
        directory.SyncDirectory("");
    }

    /// <summary>Writes a record; false where the disk is full, and the room that was kept for this has been given back.</summary>
    private bool TryWriteNew(string name, ReadOnlySpan<byte> bytes)
    {
        try
        {
            FileBytes.WriteNew(directory, name, bytes);
            return true;
        }
        catch (CheckpointDirectoryException e) when (e.Fault == DirectoryFault.NoSpace && directory.Exists(VersionName.SpareRoom))
        {
            directory.DeleteFile(VersionName.SpareRoom);

            // A file system that cannot reserve says only in the middle that it is full.
            if (directory.Exists(name)) directory.DeleteFile(name);
            return false;
        }
    }

    /// <summary>A job that loses a rank while the disk is full can be started again: it needs no more than this. Where there is no room now, the next opening tries again.</summary>
    private void KeepRoom() => _ = Attempted.Run(() =>
    {
        if (!directory.Exists(VersionName.SpareRoom)) directory.CreateFile(VersionName.SpareRoom, SpareBytes).Dispose();
    });

    /// <summary>Another place has the record of this version, so its vote had passed: make up for the rename that was not made here.</summary>
    private void Complete(VersionName name)
    {
        string? problem = Attempted.Run(() =>
        {
            directory.Rename(name.Temporary, name.Committed);
            directory.SyncDirectory("");
        });

        // It is read under its temporary name too, so this is no reason to stop.
        if (problem is not null) _warnings.Add(problem);
    }

    private void CleanUp(Place place, OpeningPlan plan, PlaceSurvey found, string[] probes)
    {
        _warnings.AddRange(place.DeleteAll(found.Of(VersionState.Doomed).Select(static n => n.Doomed)));
        _warnings.AddRange(place.DeleteAll(
            found.Of(VersionState.Temporary).Where(n => !plan.Inherited.Contains(n)).Select(static n => n.Temporary)));

        string? problem = Attempted.Run(() =>
        {
            foreach (DirectoryEntry entry in directory.List(""))
            {
                bool isOldProbe = entry.Name.StartsWith(VersionName.ProbePrefix, StringComparison.Ordinal) && !probes.Contains(entry.Name);
                bool isOldAttempt = VersionName.TryParseAttempt(entry.Name, out long attempt) && attempt < plan.Attempt;
                if (!entry.IsDirectory && (isOldProbe || isOldAttempt)) directory.DeleteFile(entry.Name);
            }
        });
        if (problem is not null) _warnings.Add(problem);
    }
}
