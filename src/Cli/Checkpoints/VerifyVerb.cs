using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Threading;
using HpcVirt.Checkpoint;
using HpcVirt.Control;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Cli.Checkpoints;

/// <summary><c>hpcvirt checkpoint verify</c>: reads every byte, once or again and again beside a running job (scrubbing).</summary>
internal static class VerifyVerb
{
    private static readonly string[] Columns = ["file", "state", "region", "offset", "bytes", "reason"];

    private static readonly Option<bool> All = new("--all") { Description = "Verify every version, not only the one chosen." };

    private static readonly Option<string?> Every = new("--every")
    {
        Description = "Scrub: verify all versions again and again, waiting this long in between; ends with 1 at the first damage. May run beside the job.",
        HelpName = "DURATION",
    };

    private static readonly Option<int?> Rate = new("--rate")
    {
        Description = "Read at most so many MiB/s, so that a job beside it keeps its bandwidth.",
        HelpName = "MIB",
    };

    public static Command Create() => CheckpointCommand.Verb(
        "verify", "Reads every byte of a version and names what is damaged. Exits with 1 if anything is.", [CheckpointCommand.Place],
        [CheckpointCommand.Version, All, Every, Rate], parsed =>
        {
            if (parsed.GetValue(Rate) is < 1) throw new ControlException(ExitCode.Usage, "--rate must be at least 1 MiB/s.");
            if (parsed.GetValue(Every) is not { } text) return Once(parsed) ? 0 : CheckpointCommand.DamagedExitCode;
            if (!SupervisorOptions.TryReadDuration(text, out TimeSpan pause) || pause <= TimeSpan.Zero)
                throw new ControlException(ExitCode.Usage, $"--every: '{text}' is no duration. Give a number and one of ms, s, m, h, d.");
            if (parsed.GetValue(CheckpointCommand.Version) is not null) throw new ControlException(ExitCode.Usage, "--every verifies all versions; leave --version-number out.");
            return Scrub(parsed, pause);
        });

    private static bool Once(ParseResult parsed)
    {
        CheckpointCatalog catalog = CheckpointCommand.Catalog(parsed);
        IReadOnlyList<CatalogVersion> versions = parsed.GetValue(All) ? catalog.List() : [CheckpointCommand.Choose(catalog, parsed.GetValue(CheckpointCommand.Version))];
        var rows = new List<object[]>();
        bool isIntact = true;
        foreach (CatalogVersion version in versions) isIntact &= Look(parsed, catalog, version, rows);
        CheckpointCommand.Print(parsed, rows, Columns);
        return isIntact;
    }

    /// <summary>Goes on until something is damaged or the process is told to end; a table is printed when something is wrong, else a line per round.</summary>
    private static int Scrub(ParseResult parsed, TimeSpan pause)
    {
        CheckpointCatalog catalog = CheckpointCommand.Catalog(parsed);
        using var never = new ManualResetEventSlim();
        while (true)
        {
            int versions = 0;
            long bytes = 0;
            foreach (CatalogVersion version in catalog.List().Where(static v => v.State is not (CatalogState.Temporary or CatalogState.Doomed)))
            {
                var rows = new List<object[]>();
                bool isIntact;
                try
                {
                    isIntact = Look(parsed, catalog, version, rows);
                }
                catch (CheckpointDirectoryException) when (IsGone(catalog, version))
                {
                    continue;
                }

                if (!isIntact && IsGone(catalog, version)) continue;
                if (!isIntact)
                {
                    CheckpointCommand.Print(parsed, rows.Where(static r => r[1] is "damaged"), Columns);
                    return CheckpointCommand.DamagedExitCode;
                }

                versions++;
                bytes += version.Manifest?.Shards.Where(static s => s.IsHere).Sum(static s => s.LengthBytes) ?? 0;
            }

            if (!parsed.GetValue(CheckpointCommand.AsJson))
                Console.Out.WriteLine($"{TimeProvider.System.GetUtcNow():u} {versions} version{(versions == 1 ? "" : "s")} of {bytes >> 20} MiB intact");
            never.Wait(pause);
        }
    }

    /// <summary>Whether the job beside this has retired a version meanwhile: what is missing of it is missing rightly.</summary>
    private static bool IsGone(CheckpointCatalog catalog, CatalogVersion version) => !catalog.List().Any(v => v.DirectoryName == version.DirectoryName);

    private static bool Look(ParseResult parsed, CheckpointCatalog catalog, CatalogVersion version, List<object[]> rows)
    {
        long bytes = version.Manifest?.Shards.Where(static s => s.IsHere).Sum(static s => s.LengthBytes) ?? 0;
        IReadOnlyList<ShardVerification> files = CheckpointCommand.WithProgress(parsed, $"verifying {version.DirectoryName}", bytes, progress =>
        {
            if (parsed.GetValue(Rate) is not { } rate) return catalog.Verify(version, progress);
            using var brake = new ReadBrake(progress, (long)rate << 20, TimeProvider.System);
            return catalog.Verify(version, brake);
        });
        if (version.State is CatalogState.Damaged) rows.Add([version.DirectoryName, "damaged", version.Problem ?? "", "", "", ""]);
        foreach (ShardVerification file in files)
        {
            if (file.IsIntact) rows.Add([file.File, "intact", "", "", file.LengthBytes, ""]);
            rows.AddRange(file.Damages.Select(d => (object[])[d.File, "damaged", d.Region ?? "", d.OffsetBytes, file.LengthBytes, d.Reason]));
        }

        return version.State is not CatalogState.Damaged && files.All(static f => f.IsIntact);
    }
}
