using System;
using System.Collections.Generic;
using System.IO;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Data;

/// <summary>
/// A folder of health data: readings.csv, events.csv, failures.csv, nodes.csv and dataset.json, each of the CSV files plain or as .gz, and none of
/// them required but failures.csv for training. Opening reads everything but the readings into memory; readings are sorted by time when they are first asked for.
/// </summary>
public sealed class HealthDataset : IDisposable
{
    private readonly DatasetOptions _options;
    private readonly List<IngestReport> _reports = [];
    private ReadingSort? _sorted;
    private IngestReport? _readingsReport;
    private (long First, long Last)? _readingsSpan;

    private HealthDataset(string directory, DatasetOptions options, NodeTable nodes)
    {
        Directory = directory;
        _options = options;
        Nodes = nodes;
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>What was read of each file, and what was wrong in it.</summary>
    public IReadOnlyList<IngestReport> Reports => _reports;

    /// <summary>The names of the nodes.</summary>
    public IReadOnlyList<string> NodeNames => Nodes.Names.Names;

    /// <summary>The name in dataset.json, or the folder's.</summary>
    public string Name => Description.Name.Length > 0 ? Description.Name : Path.GetFileName(Path.GetFullPath(Directory).TrimEnd('/'));

    internal NodeTable Nodes { get; }

    internal DatasetDescription Description { get; private set; } = new();

    internal DatasetOptions Options => _options;

    internal NameTable EventTokens { get; } = new();

    internal NameTable FailureKinds { get; } = new();

    internal IReadOnlyList<HealthEvent> Events { get; private set; } = [];

    internal IReadOnlyList<Failure> Failures { get; private set; } = [];

    internal IReadOnlyList<string> Sensors { get; private set; } = [];

    /// <summary>What is known of each node when points are asked for; made anew when a file has named further nodes.</summary>
    internal int NodeCount => Nodes.Names.Count;

    /// <summary>Opens a folder of health data.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="onProgress">Told which file is read and how much of it has been, from 0 to 1.</param>
    public static HealthDataset Open(string directory, DatasetOptions options, Action<string, double>? onProgress = null)
    {
        if (options.Problem() is { } problem) throw new PredictorException(problem);
        if (!System.IO.Directory.Exists(directory)) throw new HealthDataException(directory, 0, "there is no such folder; name the folder that holds readings.csv, events.csv and failures.csv");
        var reports = new List<IngestReport>();
        var dataset = new HealthDataset(directory, options, NodeTable.Read(Find(directory, "nodes.csv"), options, reports));
        dataset._reports.AddRange(reports);
        string description = Path.Combine(directory, "dataset.json");
        if (File.Exists(description)) dataset.Description = DatasetDescription.Read(description);
        if (Find(directory, "failures.csv") is { } failures)
            dataset.Failures = FailuresReader.Read(failures, dataset.Nodes.Names, dataset.FailureKinds, options, dataset.Report(failures));
        if (dataset.EventsPath is { } events)
            dataset.Events = EventsReader.Read(events, dataset.Nodes.Names, dataset.EventTokens, null, options, dataset.Report(events), fraction => onProgress?.Invoke("events", fraction));
        if (dataset.ReadingsPath is { } readings) dataset.Sensors = ReadingsReader.SensorsOf(readings);
        if (dataset.Failures.Count == 0 && dataset.Events.Count == 0 && dataset.Sensors.Count == 0)
            throw new HealthDataException(directory, 0, "holds none of readings.csv, events.csv and failures.csv (plain or .gz); name the folder of the data");
        return dataset;
    }

    /// <summary>Ends the use of temporary files.</summary>
    public void Dispose() => _sorted?.Dispose();

    internal string? EventsPath => Find(Directory, "events.csv");

    internal string? ReadingsPath => Find(Directory, "readings.csv");

    /// <summary>Mines the templates of the messages up to a time.</summary>
    internal TemplateMiner MineTemplates(long untilS)
    {
        var miner = new TemplateMiner();
        if (EventsPath is not { } path) return miner;
        _ = EventsReader.Read(path, Nodes.Names, EventTokens, null, _options with { IsStrict = false }, new IngestReport(path, strict: false), null,
            (timeS, message) =>
            {
                if (timeS <= untilS) miner.Learn(message);
            });
        return miner;
    }

    /// <summary>Reads the events again, with the templates of their messages.</summary>
    internal void ApplyTemplates(TemplateMatcher templates)
    {
        if (EventsPath is not { } path || templates.Templates.Count == 0) return;
        Events = EventsReader.Read(path, Nodes.Names, EventTokens, templates, _options with { IsStrict = false }, new IngestReport(path, strict: false), null);
    }

    /// <summary>All readings in the order of time, then node. May be asked for more than once; the first time sorts.</summary>
    internal IEnumerable<ReadingRow> Readings(Action<string, double>? onProgress = null)
    {
        if (ReadingsPath is not { } path) return [];
        if (_sorted is null)
        {
            _readingsReport = Report(path);
            using var reader = new ReadingsReader(path, Nodes.Names, Sensors, _options, _readingsReport, fraction => onProgress?.Invoke("readings", fraction));
            _sorted = new ReadingSort(Sensors.Count, _options);
            _sorted.Fill(reader, _readingsReport);
        }
        else
        {
            // What the rows' joining counts was counted the first time.
            _readingsReport = new IngestReport(path, strict: false);
        }

        return _sorted.Rows(_readingsReport!);
    }

    /// <summary>The first and the last time of any row.</summary>
    internal (long FirstS, long LastS) Span()
    {
        long firstS = long.MaxValue, lastS = long.MinValue;
        void See(long timeS) => (firstS, lastS) = (Math.Min(firstS, timeS), Math.Max(lastS, timeS));
        foreach (Failure failure in Failures) See(failure.TimeS);
        foreach (HealthEvent happened in Events) See(happened.TimeS);
        if (ReadingsPath is not null && _readingsSpan is null)
        {
            (long First, long Last) span = (long.MaxValue, long.MinValue);
            foreach (ReadingRow row in Readings()) span = (Math.Min(span.First, row.TimeS), Math.Max(span.Last, row.TimeS));
            _readingsSpan = span;
        }

        if (_readingsSpan is { } readings && readings.Last >= readings.First)
        {
            See(readings.First);
            See(readings.Last);
        }

        return firstS <= lastS ? (firstS, lastS) : throw new HealthDataException(Directory, 0, "holds no row with a time");
    }

    /// <summary>Whether an empty field of a row says nothing, rather than that the value is missing.</summary>
    internal bool IsSparse => _sorted?.IsSparse ?? false;

    private static string? Find(string directory, string name)
    {
        string plain = Path.Combine(directory, name), packed = plain + ".gz";
        return File.Exists(plain) ? plain : File.Exists(packed) ? packed : null;
    }

    private IngestReport Report(string path)
    {
        var report = new IngestReport(path, _options.IsStrict);
        _reports.Add(report);
        return report;
    }
}
