using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Control.Operators;
using HpcVirt.Hypervisor;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Live.Protocol;
using HpcVirt.Predictor.Live.Sources;

namespace HpcVirt.Control.Guard.Configuration;

/// <summary>What a guard is run with, from a JSON file. Immutable. docs/operating/guard.md has an example with every key.</summary>
public sealed record GuardConfig
{
    private GuardConfig()
    {
    }

    /// <summary>The model file.</summary>
    public required string Model { get; init; }

    /// <summary>The directory of journal, audit log, lock and words of administrators.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>The file of hosts and guests.</summary>
    public string GuestFile { get; init; } = "";

    internal string Backend { get; init; } = "";

    internal string? Plugins { get; init; }

    internal IReadOnlyList<string> Sources { get; init; } = [];

    internal string Node { get; init; } = "";

    internal string? NodesFile { get; init; }

    internal TimeSpan? Interval { get; init; }

    internal string? ReplayFrom { get; init; }

    internal string? ReplayTo { get; init; }

    internal double ReplaySpeed { get; init; }

    /// <summary>Nodes of the predictor by hosts of the hypervisor.</summary>
    internal IReadOnlyDictionary<string, string> NodeOf { get; init; } = new Dictionary<string, string>();

    internal GateOptions Gate { get; init; } = new();

    /// <summary>The policy, as far as the file says it; the model adds horizon, lead and threshold.</summary>
    internal PolicyOptions Policy { get; init; } = new();

    internal double AmberShare { get; init; }

    internal TimeSpan? Lead { get; init; }

    /// <summary>How guests are moved; the target host is filled in.</summary>
    internal MigrationOptions Move { get; init; } = new() { TargetHost = "?" };

    internal string? Silence { get; init; }

    internal string? Release { get; init; }

    internal string? SaveJob { get; init; }

    internal string? SaveSets { get; init; }

    internal string? SaveCommand { get; init; }

    internal int SetsKept { get; init; }

    internal TimeSpan SaveDeadline { get; init; }

    /// <summary>The folder of data that is played; null when sources are asked.</summary>
    internal string? ReplayDirectory => Sources is [string only] && only.StartsWith(ObservationSources.Replay, StringComparison.Ordinal) ? only[ObservationSources.Replay.Length..] : null;

    /// <summary>Where the journal is.</summary>
    internal string JournalFile => Path.Combine(StateDirectory, "journal");

    /// <summary>Reads a file, and tells every problem of it in one go.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ControlException">It cannot be read, or something in it is wrong.</exception>
    public static GuardConfig Load(string path)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new ControlException(ExitCode.BadInput, $"{path} cannot be read ({e.Message.TrimEnd('.')}). docs/operating/guard.md has an example.", e);
        }

        using (document)
        {
            var problems = new List<string>();
            GuardConfig config = Read(document.RootElement, Path.GetDirectoryName(Path.GetFullPath(path))!, problems);
            if (problems.Count == 0) return config;
            string list = string.Join("\n", problems.Select(static problem => $"  - {problem}"));
            throw new ControlException(ExitCode.BadInput, $"{path} cannot be used; {problems.Count} thing(s) to correct:\n{list}\ndocs/operating/guard.md has an example.");
        }
    }

    /// <summary>A line that says what it comes to.</summary>
    /// <param name="predictor">The model.</param>
    public string Describe(FailurePredictor predictor)
    {
        PolicyOptions policy = PolicyFor(predictor);
        string save = SaveSets is not null ? $"checkpoints are sets in {SaveSets}" : SaveJob is not null ? $"checkpoints are asked of job {SaveJob}" : SaveCommand is not null ? $"checkpoints are made by '{SaveCommand}'" : "no checkpoints";
        return $"{NodeOf.Count} hosts under {Backend}; an alert from a risk of {Words.Percent(predictor.Threshold)} within {Words.Span(policy.Horizon)}, amber from {Words.Percent(policy.AmberFrom)}; "
            + $"{Words.Span(policy.Lead)} to act; at most {policy.MigrationsPerHourMax} moves an hour; {save}; state in {StateDirectory}";
    }

    /// <summary>Opens the hypervisor.</summary>
    /// <param name="time">The clock.</param>
    public IHypervisorBackend OpenBackend(TimeProvider time) => HypervisorBackends.Create(Backend, new BackendSettings { GuestFile = GuestFile, Time = time }, Plugins);

    /// <summary>The whole policy.</summary>
    /// <param name="predictor">The model.</param>
    internal PolicyOptions PolicyFor(FailurePredictor predictor) => Policy with
    {
        Horizon = predictor.Horizon,
        Lead = Lead ?? predictor.Lead,
        AmberFrom = AmberShare * predictor.Threshold,
    };

    private static GuardConfig Read(JsonElement element, string folder, List<string> problems)
    {
        string Beside(string path) => path.Length == 0 ? "" : Path.IsPathRooted(path) ? path : Path.Combine(folder, path);
        var root = new ConfigSection(element, "", problems);
        string guests = Beside(root.Text("guests", isRequired: true) ?? ""), model = Beside(root.Text("model", isRequired: true) ?? "");
        string state = Beside(root.Text("state", isRequired: true) ?? ""), backend = root.Text("backend") ?? "qemu";
        string[] sources = [.. root.Texts("sources", isRequired: true).Select(source => source.StartsWith(ObservationSources.Replay, StringComparison.Ordinal) ? ObservationSources.Replay + Beside(source[ObservationSources.Replay.Length..]) : source)];
        ConfigSection replay = root.Section("replay"), hosts = root.Section("hosts", isRequired: true), gate = root.Section("gate"), policy = root.Section("policy"), move = root.Section("move"), save = root.Section("checkpoint");
        var nodeOf = hosts.Keys.ToDictionary(static host => host, host => hosts.Text(host) ?? "");
        string? job = save.Text("job"), sets = save.Text("sets"), command = save.Text("command");
        string? silence = move.Text("silence"), release = move.Text("release");
        var usualGate = new GateOptions();
        var usual = new PolicyOptions();
        TimeSpan deadline = move.Duration("deadline") ?? TimeSpan.FromMinutes(10);
        var config = new GuardConfig
        {
            Model = model,
            StateDirectory = state,
            GuestFile = guests,
            Backend = backend,
            Plugins = root.Text("plugins") is { } plugins ? Beside(plugins) : null,
            Sources = sources,
            Node = root.Text("node") ?? Environment.MachineName,
            NodesFile = root.Text("nodes") is { } nodes ? Beside(nodes) : null,
            Interval = root.Duration("interval"),
            ReplayFrom = replay.Text("from"),
            ReplayTo = replay.Text("to"),
            ReplaySpeed = replay.Number("speed", 0, 1e9) ?? 0,
            NodeOf = nodeOf,
            Gate = new GateOptions { ToFire = gate.Count("fireAfter", 1) ?? usualGate.ToFire, ToClear = gate.Count("clearAfter", 1) ?? usualGate.ToClear, Hold = gate.Duration("hold") ?? usualGate.Hold },
            AmberShare = policy.Number("amber", 0, 1) ?? 0.5,
            Lead = policy.Duration("lead"),
            Policy = usual with
            {
                MigrationsPerHourMax = policy.Count("migrationsPerHour", 0) ?? usual.MigrationsPerHourMax,
                ReserveHosts = policy.Count("reserveHosts", 0) ?? usual.ReserveHosts,
                AntiAffinity = [.. policy.Groups("antiAffinity").Select(static group => group.ToImmutableArray())],
                OptOut = [.. policy.Texts("optOut")],
                RestartCost = policy.Duration("restartCost") ?? usual.RestartCost,
                LostWork = policy.Duration("lostWork") ?? usual.LostWork,
                MoveCost = policy.Duration("moveCost") ?? usual.MoveCost,
                BytesPerSecond = policy.Rate("bytesPerSecond") ?? usual.BytesPerSecond,
                AttemptsMax = policy.Count("attempts", 1) ?? usual.AttemptsMax,
                CanSave = job is not null || sets is not null || command is not null,
                SaveCost = save.Duration("cost") ?? usual.SaveCost,
                IntervalMin = save.Duration("intervalMin") ?? usual.IntervalMin,
                IntervalMax = save.Duration("intervalMax") ?? usual.IntervalMax,
                IsSilenced = release is not null,
                LooksMax = (int)Math.Clamp(Math.Ceiling(deadline / GuardHands.LookAgainAfter), 1, 100_000),
            },
            Move = new MigrationOptions
            {
                TargetHost = "?",
                Mode = Mode(move, problems),
                Deadline = deadline,
                DowntimeLimit = move.Duration("downtime") ?? TimeSpan.FromMilliseconds(300),
                BandwidthBytesPerSecondMax = move.Rate("bandwidth"),
                HoldDeadline = move.Duration("holdDeadline") ?? TimeSpan.FromSeconds(30),
            },
            Silence = silence,
            Release = release,
            SaveJob = job,
            SaveSets = sets is null ? null : Beside(sets),
            SaveCommand = command,
            SetsKept = save.Count("keep", 1) ?? 3,
            SaveDeadline = save.Duration("deadline") ?? TimeSpan.FromMinutes(10),
        };
        foreach (ConfigSection section in (ConfigSection[])[root, replay, hosts, gate, policy, move, save]) section.Close();
        ConfigChecks.Run(config, problems);
        return config;
    }

    private static MigrationMode Mode(ConfigSection move, List<string> problems)
    {
        switch (move.Text("mode") ?? "precopy")
        {
            case "precopy": return MigrationMode.Precopy;
            case "postcopy": return MigrationMode.Postcopy;
            case var other:
                problems.Add($"\"move.mode\" is \"{other}\", and must be precopy or postcopy");
                return MigrationMode.Precopy;
        }
    }
}
