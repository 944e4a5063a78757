using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Mpi.Resilience.Rehearsal;

namespace HpcVirt.Control.Rehearsal;

/// <summary>What all ranks suspect, each thing once.</summary>
internal static class SuspectUnion
{
    private const string ReportPattern = "rank-*-attempt-*.json";

    /// <summary>Sentences about what is not protected, from the reports of one run.</summary>
    public static IReadOnlyList<string> Read(string directory)
    {
        var suspects = new List<RehearsalSuspect>();
        var unreadable = new List<string>();
        foreach (string path in Directory.EnumerateFiles(directory, ReportPattern).Order(System.StringComparer.Ordinal))
        {
            try
            {
                suspects.AddRange(RehearsalSuspectFile.Read(path));
            }
            catch (InvalidDataException error)
            {
                unreadable.Add(error.Message);
            }
        }

        return
        [
            .. suspects.Distinct().Select(suspect => $"not protected: {KindOf(suspect.Kind)} {suspect.Name} ({suspect.Where}): {suspect.Why}"),
            .. unreadable,
        ];
    }

    private static string KindOf(RehearsalSuspectKind kind) => kind switch
    {
        RehearsalSuspectKind.Field => "field",
        RehearsalSuspectKind.Buffer => "buffer",
        RehearsalSuspectKind.File => "file",
        _ => throw new System.ArgumentOutOfRangeException(nameof(kind), kind, "unknown kind of suspect"),
    };
}
