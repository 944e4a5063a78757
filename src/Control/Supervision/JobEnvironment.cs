using System;
using System.Collections.Generic;
using System.Globalization;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Processes;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>The variables that every rank of an attempt gets. The secret is among them only where ranks run on hosts that its file is not on.</summary>
internal static class JobEnvironment
{
    public static IReadOnlyDictionary<string, string> Of(SupervisorOptions options, RuntimeDirectory? directory, RemoteEntrance? entrance, int attempt, bool wasTaken, int ranks)
    {
        // For a dry run there is no directory, and the names stand for what will be made.
        string place = directory?.Path ?? $"/tmp/hpcvirt-{options.JobId}";
        var environment = new Dictionary<string, string>
        {
            [ControlEnvironment.Socket] = directory?.SocketPath ?? place + "/control",
            [ControlEnvironment.SecretFile] = directory?.SecretPath ?? place + "/secret",
            [ControlEnvironment.JobId] = options.JobId,
            [ControlEnvironment.Attempt] = attempt.ToString(CultureInfo.InvariantCulture),
        };
        if (options.Hosts.Count > 0)
        {
            environment[ControlEnvironment.Host] = System.Environment.MachineName;
            environment[ControlEnvironment.Endpoints] = entrance is null ? "(addresses)" : string.Join(',', entrance.Endpoints);
            environment[ControlEnvironment.Certificate] = entrance?.Certificate.Hash ?? "(hash)";
            environment[ControlEnvironment.Secret] = directory is null ? LaunchCommand.Hidden : Convert.ToHexString(directory.Secret);
            environment[ControlEnvironment.Lease] = ((long)options.Lease.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        }

        if (options.RepairsInJob) environment[ControlEnvironment.Repair] = options.Standbys > 0 ? ControlEnvironment.RepairByStandby : options.UsesUlfm ? ControlEnvironment.RepairByUlfm : ControlEnvironment.RepairBySpawn;
        if (options.UsesSessions) environment[ControlEnvironment.MpiModel] = ControlEnvironment.MpiModelSessions;
        if (options.Standbys > 0) environment[ControlEnvironment.Ranks] = ranks.ToString(CultureInfo.InvariantCulture);
        if (wasTaken) environment[ControlEnvironment.LastStart] = ControlEnvironment.LastStartTaken;
        if (options.Checkpoints is { } checkpoints) environment[ControlEnvironment.Checkpoints] = checkpoints;
        if (!options.Restore) environment[ControlEnvironment.Restore] = ControlEnvironment.RestoreNever;
        if (options.StopAfterCheckpoint) environment[ControlEnvironment.StopAfterCheckpoint] = "1";
        if (options.StopAt is { } at) environment[ControlEnvironment.StopAt] = Text(at);
        if (options.WallTimeEnd is { } end) environment[ControlEnvironment.WallTimeEnd] = Text(end);
        if (options.RehearsalReference is { } reference) environment[ControlEnvironment.RehearsalReference] = reference;
        if (options.RehearsalDirectory is { } rehearsal) environment[ControlEnvironment.RehearsalDirectory] = rehearsal;
        return environment;
    }

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
}
