using System;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Sources by the words that people write for them.</summary>
public static class ObservationSources
{
    /// <summary>What begins the word for a folder of data that is played, which is no source that is asked.</summary>
    public const string Replay = "replay:";

    /// <summary>Makes a source.</summary>
    /// <param name="text">sysfs, journal, ipmi, smartctl:DEVICE, rasdaemon, rasdaemon:FILE or prometheus:URL.</param>
    /// <param name="node">This machine's name, for sources that name none.</param>
    /// <exception cref="PredictorException">It is no source.</exception>
    public static IObservationSource Of(string text, string node)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        (string kind, string rest) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..]);
        return kind switch
        {
            "sysfs" => new SysfsSource(node),
            "journal" => new JournalSource(node),
            "ipmi" when rest.Length == 0 => new IpmiSource(node),
            "smartctl" when rest.Length > 0 => new SmartctlSource(node, rest),
            "rasdaemon" => rest.Length > 0 ? new RasdaemonSource(node, rest) : new RasdaemonSource(node),
            "prometheus" when Uri.TryCreate(rest, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https" => new PrometheusSource(new Uri(rest), node),
            _ => throw new PredictorException($"'{text}' is no source; write sysfs, journal, ipmi, smartctl:/dev/sda, rasdaemon, rasdaemon:FILE, prometheus:http://HOST:9100/metrics or, alone, replay:DIR."),
        };
    }
}
