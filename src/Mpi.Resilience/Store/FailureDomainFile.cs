using System;
using System.Collections.Generic;
using System.IO;

namespace HpcVirt.Mpi.Resilience.Store;

/// <summary>Reads which hosts die together: lines of a host's name and a domain's name; what follows a '#' is a remark.</summary>
internal static class FailureDomainFile
{
    private const long MaximumBytes = 16 << 20;

    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        if (new FileInfo(path).Length > MaximumBytes) throw new ResilienceException($"{path} is larger than any list of hosts; is it the right file?");
        var domains = new Dictionary<string, string>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            string[] words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0) continue;
            if (words.Length != 2) throw new ResilienceException($"{path}, line {number}: '{line}' is not a host's name and the name of what it dies with.");
            if (!domains.TryAdd(words[0], words[1])) throw new ResilienceException($"{path}, line {number}: host {words[0]} is named twice.");
        }

        return domains;
    }
}
