namespace HpcVirt.Cli.Predict;

/// <summary>The longer texts of the predictor's help.</summary>
internal static class PredictTexts
{
    public const string Predict = """
        The failure predictor: which node fails next, when, and why.

          hpcvirt predict simulate fleet                          health data of a fleet that never was
          hpcvirt predict train fleet --horizon 24h --out m.hpcm  learn from readings, events and failures
          hpcvirt predict evaluate --model m.hpcm fleet --html report.html
          hpcvirt predict explain --model m.hpcm fleet --node n0007 --at 2024-07-01T00:00:00Z

        DIR holds readings.csv, events.csv, failures.csv, nodes.csv and dataset.json, each CSV plain or .gz; docs/operating/predict.md
        describes them. Exit codes: 0 done; 64 wrong command line; 65 data or model file cannot be used; 67 the engine is not available.
        """;

    public const string Train = """
        Trains a predictor on DIR and writes a model file. Settings are searched by walking forward inside the training period; calibration and
        threshold come from its last part; then the model is fitted again on all of it. The same command writes the same bytes.
        """;

    public const string Watch = """
        Watches nodes with a model: asks the sources again and again, prints alerts as they fire and clear, and says at the end how far the inputs have
        drifted from those of training. A source that hangs is given up after five seconds; its nodes then have no risk, not a low one.

        Examples:
          hpcvirt predict watch --model m.hpcm --source sysfs --source journal --metrics /var/lib/node_exporter/hpcvirt.prom
          hpcvirt predict watch --model m.hpcm --source prometheus:http://127.0.0.1:9100/metrics
          hpcvirt predict watch --model m.hpcm --source replay:fleet --from 2024-06-01T00:00:00Z
        """;

    public const string Evaluate = """
        Evaluates a model on a period of DIR: how well it ranks, what its alerts would have done, what they are worth, beside simple
        rules. With --points and --predictions it writes the risk of each point instead, every one judged by itself.
        """;
}
