// predictorbench measures what the failure predictor promises about speed and memory; ./bench predictor starts it. As `predictorbench ingest FOLDER` it is
// the process whose peak memory is measured.
using System;
using HpcVirt.Benchmarks.Predictor;

switch (args)
{
    case ["drive", string scratch, string json, string only]:
        return BenchDriver.Run(scratch, json.Length > 0 ? json : null, only.Length > 0 ? only : null, Console.Out);

    case ["ingest", string folder]:
        Ingest.Measure(folder, Console.Out);
        return 0;

    default:
        Console.Error.WriteLine("usage: predictorbench drive SCRATCH JSON_OR_EMPTY FIGURE_OR_EMPTY | ingest FOLDER");
        return 2;
}
