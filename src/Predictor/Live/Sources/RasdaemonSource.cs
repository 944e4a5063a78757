using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Reads what rasdaemon has written since the last time.</summary>
public sealed class RasdaemonSource(string node, string path = "/var/lib/rasdaemon/ras-mc_event.db") : IObservationSource
{
    private readonly RasdaemonDatabase _database = new(path, node);

    /// <inheritdoc/>
    public string Name => "rasdaemon";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<Observation>>([.. _database.ReadFurther()]);
}
