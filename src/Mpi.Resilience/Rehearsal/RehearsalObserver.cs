using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>
/// The rank's side of <c>hpcvirt rehearse</c>. In the unbroken run it records what the program's state looks like before each step. In a run with
/// lost ranks it compares after the restart: what differs from the record right after restoring, and still differs one step later, was not
/// restored. (Scratch memory differs at first too, but the step writes it anew.)
/// </summary>
internal sealed class RehearsalObserver
{
    private readonly string _directory;
    private readonly string? _reference;
    private readonly int _rank;
    private readonly int _attempt;

    private HashSet<string>? _lostAtRestore;
    private long _restoredStep = -1;

    private RehearsalObserver(string directory, string? reference, int rank, int attempt)
    {
        _directory = directory;
        _reference = reference;
        _rank = rank;
        _attempt = attempt;
    }

    /// <summary>The observer of a rehearsed job, or null outside of a rehearsal.</summary>
    public static RehearsalObserver? FromEnvironment(int rank, Func<string, string?> variable)
    {
        if (variable(Channel.ControlEnvironment.RehearsalDirectory) is not { Length: > 0 } directory)
            return null;
        _ = int.TryParse(variable(Channel.ControlEnvironment.Attempt), out int attempt);
        return new RehearsalObserver(directory, variable(Channel.ControlEnvironment.RehearsalReference), rank, attempt);
    }

    public void Restored(long step) => _restoredStep = step;

    public void SafePoint(long step, IEnumerable<Delegate> providers)
    {
        bool records = string.IsNullOrEmpty(_reference);
        if (!records && (_restoredStep <= 0 || step > _restoredStep + 1))
            return;
        SortedDictionary<string, ulong> now = StateFingerprint.Of(providers, Assembly.GetEntryAssembly()).Hashes;
        if (records)
            FingerprintLog.Append(FingerprintLog.FileOf(_directory, _rank), step, now);
        else if (FingerprintLog.Read(FingerprintLog.FileOf(_reference!, _rank), step) is { } then)
            Compare(step, then, now);
    }

    private void Compare(long step, Dictionary<string, ulong> then, SortedDictionary<string, ulong> now)
    {
        HashSet<string> different = [.. then.Keys.Union(now.Keys).Where(path => !then.TryGetValue(path, out ulong before) || !now.TryGetValue(path, out ulong after) || before != after)];
        if (step == _restoredStep)
        {
            _lostAtRestore = different;
            return;
        }

        if (_lostAtRestore is null)
            return;
        _lostAtRestore.IntersectWith(different);
        RehearsalSuspectFile.Write(
            _directory, _rank, _attempt,
            [
                .. _lostAtRestore.Order(StringComparer.Ordinal).Select(path => new RehearsalSuspect(
                    path, RehearsalSuspectKind.Field, "reached from what is passed to Protect, or static",
                    $"after restoring step {_restoredStep} it is not what it was there in the unbroken run, and a step later neither")),
            ]);
    }
}
