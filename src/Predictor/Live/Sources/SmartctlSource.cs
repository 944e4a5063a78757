using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Asks one disk for its health through smartctl; a disk that sleeps is left asleep.</summary>
public sealed class SmartctlSource(string node, string device, string program = "smartctl") : IObservationSource
{
    /// <inheritdoc/>
    public string Name => $"smartctl {device}";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
    {
        // The exit code is a mask of bits that stands in the report as well.
        (string report, _) = await ToolOutput.ReadAsync(program, ["-j", "-a", "-n", "standby", device], cancellation);
        return SmartctlJson.Parse(report, node, Path.GetFileName(device), timeS);
    }
}
