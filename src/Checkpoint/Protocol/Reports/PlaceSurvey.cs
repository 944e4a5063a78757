using System.Collections.Generic;
using System.Linq;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What a place holds, from its leader; other ranks send an empty one.</summary>
/// <param name="Problem">Why this rank cannot take part, or null.</param>
/// <param name="Versions">Every version directory.</param>
/// <param name="NewestAttempt">The highest attempt that any name here mentions, 0 if none.</param>
/// <param name="Record">The newest attempt record that is intact, or null.</param>
internal sealed record PlaceSurvey(
    string? Problem, IReadOnlyList<(VersionName Name, VersionState State)> Versions, long NewestAttempt, AttemptRecord? Record)
    : IReport<PlaceSurvey>
{
    /// <summary>The starts of earlier attempts that are on record here, intact ones only.</summary>
    public IReadOnlyList<StartRecord> Starts { get; init; } = [];

    public static PlaceSurvey Empty { get; } = new(null, [], 0, null);

    public IEnumerable<VersionName> Of(VersionState state) => Versions.Where(v => v.State == state).Select(static v => v.Name);

    public void Encode(ByteWriter writer)
    {
        writer.Text(Problem ?? "");
        writer.Int32(Versions.Count);
        foreach ((VersionName name, VersionState state) in Versions)
        {
            writer.Int64(name.Version);
            writer.Int64(name.Attempt);
            writer.Int32((int)state);
        }

        writer.Int64(NewestAttempt);
        byte[] record = Record?.Encode() ?? [];
        writer.Int32(record.Length);
        writer.Bytes(record);
        writer.Int32(Starts.Count);
        foreach (StartRecord start in Starts) writer.Bytes(start.Encode());
    }

    public static PlaceSurvey Decode(ref ByteReader reader)
    {
        string? problem = reader.Reason();
        var versions = new (VersionName, VersionState)[reader.Count("number of versions", 20)];
        for (int i = 0; i < versions.Length; i++)
        {
            versions[i] = (
                new VersionName(reader.Int64("checkpoint version"), reader.Int64("attempt")),
                (VersionState)reader.Int32("state", 0, (int)VersionState.Doomed));
        }

        long newestAttempt = reader.Int64("newest attempt");
        byte[] record = reader.Bytes(reader.Count("record length", 1)).ToArray();
        var starts = new StartRecord[reader.Count("number of starts", StartRecord.Bytes)];
        for (int i = 0; i < starts.Length; i++) starts[i] = StartRecord.Decode(reader.Bytes(StartRecord.Bytes), "a rank's start record");
        AttemptRecord? newest = record.Length == 0 ? null : AttemptRecord.Decode(record, "a rank's attempt record");
        return new PlaceSurvey(problem, versions, newestAttempt, newest) { Starts = starts };
    }
}
