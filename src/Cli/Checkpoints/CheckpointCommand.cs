using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Checkpoint;
using HpcVirt.Control;
using Spectre.Console;

namespace HpcVirt.Cli.Checkpoints;

/// <summary><c>hpcvirt checkpoint</c>: looks into directories of checkpoints, and repairs them.</summary>
internal static class CheckpointCommand
{
    /// <summary>The exit code when something is damaged, and could not be repaired.</summary>
    internal const int DamagedExitCode = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    internal static readonly Argument<string> Place = new("DIR") { Description = "A directory of checkpoints." };
    internal static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON instead of tables.", Recursive = true };
    internal static readonly Option<long?> Version = new("--version-number") { Description = "The version; left out: the newest.", HelpName = "V" };

    public static Command Create()
    {
        var command = new Command("checkpoint", "Lists, shows, verifies, compares, repairs, prunes and exports checkpoints. None of it needs the job's program.") { AsJson };
        command.Subcommands.Add(List());
        command.Subcommands.Add(Show());
        command.Subcommands.Add(VerifyVerb.Create());
        command.Subcommands.Add(Diff());
        command.Subcommands.Add(Repair());
        command.Subcommands.Add(Prune());
        command.Subcommands.Add(Export());
        return command;
    }

    private static Command List() => Verb("list", "Lists the versions in DIR, newest first.", [Place], [], parsed =>
    {
        IReadOnlyList<CatalogVersion> versions = Catalog(parsed).List();
        Print(parsed, versions.Select(Row), ["version", "state", "step", "written", "ranks", "bytes", "problem"]);
        return 0;
    });

    private static Command Show() => Verb("show", "Shows the shards and regions of a version.", [Place], [Version], parsed =>
    {
        CheckpointCatalog catalog = Catalog(parsed);
        CatalogVersion version = Choose(catalog, parsed.GetValue(Version));
        var rows = (version.Manifest?.Shards ?? []).Where(static s => s.IsHere).SelectMany(shard => catalog.Regions(version, shard.Rank).Select(region => (object[])[
            version.DirectoryName, shard.Rank, region.Name, region.Format, region.LengthBytes,
            region.Decomposition is { } part ? $"{part.Kind} of [{string.Join(", ", part.GlobalShape)}]" : ""]));
        Print(parsed, rows, ["version", "rank", "region", "format", "bytes", "part"]);
        return 0;
    });

    private static Command Diff()
    {
        var older = new Argument<long>("OLDER") { Description = "The older version's number." };
        var newer = new Argument<long>("NEWER") { Description = "The newer version's number." };
        return Verb("diff", "Says which regions changed between two versions, in blocks; only headers are read.", [Place, older, newer], [], parsed =>
        {
            CheckpointCatalog catalog = Catalog(parsed);
            var rows = catalog.Difference(Choose(catalog, parsed.GetValue(older)), Choose(catalog, parsed.GetValue(newer)))
                .Select(static d => (object[])[d.Rank, d.Region, d.ChangedBlocks, d.Blocks, d.Remark ?? ""]);
            Print(parsed, rows, ["rank", "region", "changed blocks", "blocks", "remark"]);
            return 0;
        });
    }

    private static Command Repair()
    {
        var places = new Argument<string[]>("DIR") { Description = "All directories of the job that can be reached.", Arity = ArgumentArity.OneOrMore };
        return Verb("repair", "Puts back missing and damaged shards from other places and from redundancy. No job may run there.", [places], [], parsed =>
        {
            string[] paths = parsed.GetValue(places)!;
            IReadOnlyList<RepairLine> lines = WithProgress(parsed, "repairing", 0, progress => new PlaceRepair([.. paths.Select(static p => new PhysicalDirectory(p))]).Run(progress));
            Print(parsed, lines.Select(static l => (object[])[l.Version, l.Place, l.File, l.IsRepaired ? "repaired" : "LOST", l.Reason]), ["version", "place", "file", "outcome", "reason"]);
            return lines.All(static l => l.IsRepaired) ? 0 : DamagedExitCode;
        });
    }

    private static Command Prune()
    {
        var keep = new Option<int>("--keep") { Description = "How many of the newest committed versions to keep.", HelpName = "N", Required = true };
        return Verb("prune", "Deletes committed versions but the newest. No job may run there.", [Place], [keep], parsed =>
        {
            if (parsed.GetValue(keep) < 1) throw new ControlException(ExitCode.Usage, "--keep must be at least 1.");
            Print(parsed, Catalog(parsed).Prune(parsed.GetValue(keep)).Select(static name => (object[])[name]), ["deleted"]);
            return 0;
        });
    }

    private static Command Export()
    {
        var region = new Option<string>("--region") { Description = "The region's name.", HelpName = "NAME", Required = true };
        var rank = new Option<int>("--rank") { Description = "Whose region.", HelpName = "R" };
        var output = new Option<string>("--output") { Description = "A new file; with .npy at its end it gets NumPy's header, else the bytes alone.", HelpName = "FILE", Required = true };
        return Verb("export", "Writes one region of one rank to a file, checked.", [Place], [Version, region, rank, output], parsed =>
        {
            CheckpointCatalog catalog = Catalog(parsed);
            CatalogVersion version = Choose(catalog, parsed.GetValue(Version));
            string path = Path.GetFullPath(parsed.GetValue(output)!);
            string name = parsed.GetValue(region)!;
            long bytes = catalog.Regions(version, parsed.GetValue(rank)).FirstOrDefault(r => r.Name == name)?.LengthBytes ?? 0;
            WithProgress(parsed, $"exporting {name}", bytes, progress =>
            {
                catalog.Export(
                    version, parsed.GetValue(rank), name, new PhysicalDirectory(Path.GetDirectoryName(path)!), Path.GetFileName(path),
                    path.EndsWith(".npy", StringComparison.Ordinal), progress);
                return true;
            });
            Print(parsed, [[path, bytes]], ["file", "bytes"]);
            return 0;
        });
    }

    internal static Command Verb(string name, string description, Argument[] arguments, Option[] options, Func<ParseResult, int> action)
    {
        var verb = new Command(name, description);
        foreach (Argument argument in arguments) verb.Arguments.Add(argument);
        foreach (Option option in options) verb.Options.Add(option);
        verb.SetAction(parsed =>
        {
            try
            {
                return action(parsed);
            }
            catch (CheckpointException e)
            {
                throw new ControlException(ExitCode.Usage, e.Message);
            }
        });
        return verb;
    }

    internal static CheckpointCatalog Catalog(ParseResult parsed) => new(new PhysicalDirectory(parsed.GetValue(Place)!));

    internal static CatalogVersion Choose(CheckpointCatalog catalog, long? number)
    {
        IReadOnlyList<CatalogVersion> versions = catalog.List();
        return versions.FirstOrDefault(v => number is null ? v.State == CatalogState.Committed : v.Version == number) ?? throw new CheckpointException(
            number is null ? "There is no committed version here." : $"There is no version {number} here; there are {string.Join(", ", versions.Select(static v => v.Version))}.");
    }

    private static object[] Row(CatalogVersion version) =>
    [
        version.DirectoryName, version.State, version.Manifest?.Step ?? -1, version.Manifest?.WrittenAt.ToString("u") ?? "", version.Manifest?.Shards.Count ?? 0,
        version.Manifest?.Shards.Sum(static s => s.LengthBytes) ?? 0, version.Problem ?? "",
    ];

    internal static void Print(ParseResult parsed, IEnumerable<object[]> rows, string[] columns)
    {
        if (parsed.GetValue(AsJson))
        {
            var objects = rows.Select(row => row.Select((cell, i) => (Name: columns[i], Cell: cell is Enum word ? word.ToString() : cell)).ToDictionary(static c => c.Name, static c => c.Cell));
            Console.Out.WriteLine(JsonSerializer.Serialize(objects, Indented));
            return;
        }

        // A pipe has no width of its own: nothing is folded there.
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (object[] row in rows) table.AddRow([.. row.Select(static cell => Markup.Escape(cell.ToString() ?? ""))]);
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 400;
        AnsiConsole.Write(table);
    }

    /// <summary>A bar on a terminal's standard error; nothing where nobody looks.</summary>
    internal static T WithProgress<T>(ParseResult parsed, string words, long totalBytes, Func<IProgress<long>?, T> work)
    {
        if (parsed.GetValue(AsJson) || Console.IsErrorRedirected) return work(null);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(words, maxValue: double.Max(1, totalBytes));
                return work(new Bytes(task));
            });
    }

    private sealed class Bytes(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Increment(value);
    }
}
