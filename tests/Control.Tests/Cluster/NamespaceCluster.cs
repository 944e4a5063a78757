using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Cluster;

/// <summary>Hosts as network namespaces, by tests/Cluster/cluster; skips by name where this machine cannot make them.</summary>
internal sealed class NamespaceCluster : IDisposable
{
    public const string Head = "head";

    private const int CannotDo = 77;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _place = Directory.CreateTempSubdirectory("hpcvirt-cluster-").FullName;

    public NamespaceCluster(params string[] hosts)
    {
        (int code, string said) = Run(["up", _place, Head, .. hosts]);
        if (code == 0) return;
        Directory.Delete(_place, recursive: true);
        if (code == CannotDo) Assert.Ignore($"missing capability: network namespaces ({said.Trim()})");
        Assert.Fail(said);
    }

    /// <summary>The start of a command that runs the rest on a host.</summary>
    public string[] Inside(string host) => [Script, "in", _place, host];

    /// <summary>What mpirun needs to start ranks on the hosts.</summary>
    public string LauncherArguments =>
        $"--mca plm_rsh_agent {_place}/agent --mca plm_rsh_no_tree_spawn 1 --mca oob_tcp_if_include eth0 --mca btl_tcp_if_include eth0";

    private static string Script => Path.Combine(AppContext.BaseDirectory, "cluster");

    /// <summary>Gives a host a disk of its own, before anything runs there.</summary>
    /// <returns>Its directory.</returns>
    public string Disk(string host, int mebibytes)
    {
        (int code, string said) = Run(["disk", _place, host, $"{mebibytes}"]);
        if (code == CannotDo) Assert.Ignore($"missing capability: mounts ({said.Trim()})");
        Assert.That(code, Is.Zero, said);
        return said.Trim();
    }

    /// <summary>A fault or its end: cut, heal, kill, fill, free with a host; stop, continue, end with a process id.</summary>
    public void Do(string verb, string target)
    {
        (int code, string said) = Run([verb, _place, target]);
        Assert.That(code, Is.Zero, said);
    }

    /// <summary>What runs on the hosts.</summary>
    public string List() => Run(["list", _place]).Said;

    /// <summary>
    /// What is left on the hosts when a job has ended, after a moment for it to go. Of a host that was cut off nobody can fetch the launcher's own
    /// daemon; it holds nothing, and ends when its connection does.
    /// </summary>
    public string[] Left()
    {
        string[] left = [];
        SpinWait.SpinUntil(() => (left = [.. List().Split('\n').SelectMany(static line => line.Trim().Split(' ').Skip(2)).Select(NameOf).Where(static name => name is not ("" or "orted"))]).Length == 0, TimeSpan.FromSeconds(10));
        return left;
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>The processes on one host.</summary>
    public string[] ProcessesOn(string host) => List().Split('\n').Select(static line => line.Trim().Split(' ')).First(words => words[0] == host)[2..];

    public void Dispose() => Run(["down", _place]);

    private static (int Code, string Said) Run(string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [Script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"cluster {string.Join(' ', arguments)} did not end");
        return (process.ExitCode, said);
    }
}
