using System.Collections.Generic;
using System.IO;
using HpcVirt.Hypervisor;

namespace HpcVirt.Samples.Backend;

/// <summary>What the tool finds in this plug-in.</summary>
public sealed class ProcessBackendFactory : IHypervisorBackendFactory
{
    /// <summary>Reads lines of the form <c>NAME PID</c>.</summary>
    public IHypervisorBackend Create(BackendSettings settings)
    {
        string file = settings.GuestFile ?? throw new HypervisorException("name a file with a line 'NAME PID' for each process with --guests.");
        if (!File.Exists(file)) throw new HypervisorException($"{file}: it is not there. Write a line 'NAME PID' for each process.");
        var processes = new Dictionary<string, int>();
        foreach (string line in File.ReadLines(file))
        {
            string[] words = line.Split(' ');
            if (words.Length != 2 || !int.TryParse(words[1], out int processId) || !processes.TryAdd(words[0], processId))
                throw new HypervisorException($"{file}: '{line}' is not 'NAME PID', or the name is there twice.");
        }

        return new ProcessBackend(processes);
    }
}
