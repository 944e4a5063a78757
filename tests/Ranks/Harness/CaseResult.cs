using System.Collections.Generic;
using System.IO;
using System.Text.Json;

namespace HpcVirt.Ranks.Harness;

public enum CaseOutcome
{
    /// <summary>Written before the case runs: a case that stays here took its process with it.</summary>
    Started,
    Passed,
    Failed,
    CapabilityAbsent,
}

/// <summary>What one rank has to say of one case; one line of JSON in the rank's own file.</summary>
public sealed record CaseResult(string Name, CaseOutcome Outcome, string? Message)
{
    public static string FileOf(string folder, int rank) => Path.Combine(folder, $"rank-{rank}.jsonl");

    public static IEnumerable<CaseResult> ReadAll(string file)
    {
        if (!File.Exists(file))
            yield break;
        foreach (string line in File.ReadAllLines(file))
        {
            // The last line may be cut short when the process was killed while writing it.
            CaseResult? result = null;
            try
            {
                result = JsonSerializer.Deserialize<CaseResult>(line);
            }
            catch (JsonException)
            {
            }

            if (result is not null)
                yield return result;
        }
    }

    public void AppendTo(StreamWriter file)
    {
        file.WriteLine(JsonSerializer.Serialize(this));
        file.Flush();
    }
}
