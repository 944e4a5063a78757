using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>
/// The fingerprints of one rank's unbroken run, one block per step: a line <c>step N</c>, then <c>hash path</c> for every piece of state. Written in
/// one run of a rehearsal and read in the next; never kept.
/// </summary>
internal static class FingerprintLog
{
    /// <summary>What a rehearsal may write per rank; later steps are not recorded, and not compared.</summary>
    private const long BytesMax = 256L << 20;

    public static string FileOf(string directory, int rank) => Path.Combine(directory, $"fingerprints-{rank}.txt");

    public static void Append(string file, long step, SortedDictionary<string, ulong> hashes)
    {
        if (File.Exists(file) && new FileInfo(file).Length > BytesMax)
            return;
        using StreamWriter log = File.AppendText(file);
        log.WriteLine($"step {step.ToString(CultureInfo.InvariantCulture)}");
        foreach ((string path, ulong hash) in hashes)
            log.WriteLine($"{hash:x16} {path}");
    }

    /// <summary>The block of one step, or null where the run did not record it.</summary>
    public static Dictionary<string, ulong>? Read(string file, long step)
    {
        if (!File.Exists(file))
            return null;
        string heading = $"step {step.ToString(CultureInfo.InvariantCulture)}";
        Dictionary<string, ulong>? block = null;
        foreach (string line in File.ReadLines(file))
        {
            if (line.StartsWith("step ", StringComparison.Ordinal))
            {
                if (block is not null)
                    return block;
                if (line == heading)
                    block = [];
            }
            else if (block is not null)
            {
                block[line[17..]] = ulong.Parse(line.AsSpan(0, 16), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            }
        }

        return block;
    }
}
