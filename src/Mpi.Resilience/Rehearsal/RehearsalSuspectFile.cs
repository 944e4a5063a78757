using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>
/// The report of one rank in one attempt: <c>rank-&lt;r&gt;-attempt-&lt;a&gt;.json</c> in the directory named by HPCVIRT_REHEARSAL_DIR, a JSON array
/// of <c>{"name", "kind": "field"|"buffer"|"file", "where", "why"}</c>.
/// </summary>
public static partial class RehearsalSuspectFile
{
    /// <summary>Largest report that is read, in bytes; a larger one is refused.</summary>
    public const int BytesMax = 16 * 1024 * 1024;

    /// <summary>Name of the report of a rank in an attempt.</summary>
    /// <param name="rank">Rank, from 0.</param>
    /// <param name="attempt">Attempt, from 1.</param>
    public static string NameOf(int rank, int attempt) => FormattableString.Invariant($"rank-{rank}-attempt-{attempt}.json");

    /// <summary>Writes the report under a temporary name and renames it, so that a killed rank leaves no half of one.</summary>
    /// <param name="directory">The directory named by HPCVIRT_REHEARSAL_DIR.</param>
    /// <param name="rank">Rank, from 0.</param>
    /// <param name="attempt">Attempt, from 1.</param>
    /// <param name="suspects">What the rank found.</param>
    public static void Write(string directory, int rank, int attempt, IReadOnlyList<RehearsalSuspect> suspects)
    {
        string path = Path.Combine(directory, NameOf(rank, attempt));
        string temporary = path + ".tmp";
        using (FileStream file = File.Create(temporary))
            JsonSerializer.Serialize(file, [.. suspects], Context.Default.RehearsalSuspectArray);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Reads a report.</summary>
    /// <param name="path">Path of the report.</param>
    /// <exception cref="InvalidDataException">The file is too large or not such a report.</exception>
    public static IReadOnlyList<RehearsalSuspect> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        if (file.Length > BytesMax)
            throw new InvalidDataException($"The rehearsal report {path} has {file.Length} bytes, at most {BytesMax} are read.");
        try
        {
            return JsonSerializer.Deserialize(file, Context.Default.RehearsalSuspectArray) ?? [];
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The rehearsal report {path} is not an array of suspects: {error.Message}", error);
        }
    }

    [JsonSourceGenerationOptions(WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
    [JsonSerializable(typeof(RehearsalSuspect[]))]
    private sealed partial class Context : JsonSerializerContext;
}
