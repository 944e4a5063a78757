using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Live.Sources;

namespace HpcVirt.Control.Guard.Configuration;

/// <summary>What single keys cannot know: whether they fit one another, and what they name.</summary>
internal static class ConfigChecks
{
    public static void Run(GuardConfig config, List<string> problems)
    {
        if (config.NodeOf.Count == 0 && !problems.Any(static problem => problem.StartsWith("\"hosts\"", StringComparison.Ordinal))) problems.Add("\"hosts\" is empty: it says which node of the predictor each host is, { \"a\": \"n0001\", ... }");
        foreach (IGrouping<string, string> twice in config.NodeOf.Where(static one => one.Value.Length > 0).GroupBy(static one => one.Value, static one => one.Key).Where(static same => same.Count() > 1))
            problems.Add($"\"hosts\": {string.Join(" and ", twice)} are both node {twice.Key}");
        Sources(config, problems);
        if (config.Model.Length > 0 && !File.Exists(config.Model)) problems.Add($"\"model\": there is no {config.Model}");
        if (config.NodesFile is { } nodes && !File.Exists(nodes)) problems.Add($"\"nodes\": there is no {nodes}");
        if ((config.SaveJob is null ? 0 : 1) + (config.SaveSets is null ? 0 : 1) + (config.SaveCommand is null ? 0 : 1) > 1) problems.Add("\"checkpoint\" has more than one of job, sets and command; one of them makes the checkpoint");
        if (config.Silence is null != config.Release is null) problems.Add("\"move\" has one of silence and release: a job that is silenced must be released, and may have to be after a restart");
        if (config.Policy.IntervalMin > config.Policy.IntervalMax) problems.Add("\"checkpoint.intervalMin\" is longer than intervalMax");
        if (config.Gate.Problem() is { } gate) problems.Add($"\"gate\": {gate}");
        try
        {
            config.Move.Validate();
        }
        catch (HypervisorException e)
        {
            problems.Add($"\"move\": {e.Message.TrimEnd('.')}");
        }

        Guests(config, problems);
    }

    private static void Sources(GuardConfig config, List<string> problems)
    {
        if (config.ReplayDirectory is { } directory)
        {
            if (!Directory.Exists(directory)) problems.Add($"\"sources\": there is no folder {directory} to play");
            return;
        }

        foreach (string source in config.Sources)
        {
            try
            {
                if (source.StartsWith(ObservationSources.Replay, StringComparison.Ordinal)) problems.Add("\"sources\": replay stands alone, without other sources");
                else (ObservationSources.Of(source, config.Node) as IDisposable)?.Dispose();
            }
            catch (PredictorException e)
            {
                problems.Add($"\"sources\": {e.Message.TrimEnd('.')}");
            }
        }
    }

    /// <summary>A backend of one's own has a file of its own form: only it can read it.</summary>
    private static void Guests(GuardConfig config, List<string> problems)
    {
        if (config.GuestFile.Length == 0 || config.Backend is not ("qemu" or "libvirt" or "vsphere" or "rehearsal")) return;
        try
        {
            GuestFile file = GuestFile.Load(config.GuestFile);
            foreach (string host in config.NodeOf.Keys.Where(host => !file.Hosts.ContainsKey(host))) problems.Add($"\"hosts\": there is no host '{host}' in {config.GuestFile}; it names {string.Join(", ", file.Hosts.Keys)}");
            foreach (string guest in config.Policy.OptOut.Concat(config.Policy.AntiAffinity.SelectMany(static group => group)).Distinct().Where(guest => !file.Guests.Contains(guest)))
                problems.Add($"\"policy\" speaks of guest '{guest}', and {config.GuestFile} names {string.Join(", ", file.Guests)}");
        }
        catch (GuestFileException e)
        {
            problems.Add($"\"guests\": {e.Message.TrimEnd('.')}");
        }
    }
}
