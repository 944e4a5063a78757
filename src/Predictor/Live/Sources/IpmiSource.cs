using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Asks the management controller of this machine through ipmitool: its sensors, and what has come into its event log since it was asked last.</summary>
public sealed class IpmiSource(string node, string program = "ipmitool") : IObservationSource
{
    private const long FirstLookBackS = 3600;

    private long? _newestS;

    /// <inheritdoc/>
    public string Name => "ipmi";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
    {
        (string sensors, _) = await ToolOutput.ReadAsync(program, ["sdr"], cancellation);
        (string log, _) = await ToolOutput.ReadAsync(program, ["sel", "elist"], cancellation);
        long sinceS = _newestS ?? timeS - FirstLookBackS;
        Observation[] happened = [.. IpmiSel.Parse(new StringReader(log), node).Where(seen => seen.TimeS > sinceS)];
        _newestS = happened.Select(static seen => seen.TimeS).Append(sinceS).Max();
        return [.. IpmiSdr.Parse(new StringReader(sensors), node, timeS), .. happened];
    }
}
