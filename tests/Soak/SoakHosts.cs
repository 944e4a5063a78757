using System;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace HpcVirt.Soak;

/// <summary>Four hosts, two spares and the supervisor's host: network namespaces, made and hurt by tests/Cluster/cluster, and a small file system for checkpoints.</summary>
internal sealed class SoakHosts : IDisposable
{
    public const string Head = "head";

    private const string FilledBy = "filler";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly string _script;
    private readonly string _place;

    public SoakHosts(string script, string scratch)
    {
        _script = script;
        _place = Path.Combine(scratch, "cluster");
        Shared = Path.Combine(scratch, "shared");
        Do("up", [Head, .. Regular, .. Spare]);
        Directory.CreateDirectory(Shared);
        Run("mount", ["-t", "tmpfs", "-o", "size=48m", "soak", Shared]);
    }

    public static string[] Regular => ["a", "b", "c", "d"];

    public static string[] Spare => ["e", "f"];

    public static string[] All => [.. Regular, .. Spare];

    /// <summary>Whether this kernel can make a link slow or lossy.</summary>
    public bool CanShape()
    {
        try
        {
            Do("shape", Spare[0], "delay", "1ms");
            Do("shape", Spare[0], "none");
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>What all hosts see: small, so that it can be filled.</summary>
    public string Shared { get; }

    /// <summary>What mpirun needs to start ranks on the hosts.</summary>
    public string LauncherArguments =>
        $"--mca plm_rsh_agent {_place}/agent --mca plm_rsh_no_tree_spawn 1 --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --mca mpi_yield_when_idle 1";

    /// <summary>The start of a command that runs the rest on a host.</summary>
    public string[] Inside(string host) => [_script, "in", _place, host];

    public void Do(string verb, params string[] words) => Run("bash", [_script, verb, _place, .. words]);

    public void FillDisk()
    {
        using FileStream file = File.Create(Path.Combine(Shared, FilledBy));
        byte[] block = new byte[1 << 16];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // This is what it was for.
        }
    }

    public void FreeDisk() => File.Delete(Path.Combine(Shared, FilledBy));

    /// <summary>
    /// Processes that run on the hosts, by their names. Of a host that was cut off nobody can fetch the launcher's own daemon; it holds nothing, and
    /// ends when its connection does.
    /// </summary>
    public string[] Running() =>
        [.. Run("bash", [_script, "list", _place]).Split('\n').SelectMany(static line => line.Trim().Split(' ').Skip(2)).Select(NameOf).Where(static name => name is not ("" or "orted"))];

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

    public void Dispose()
    {
        if (!Directory.Exists(_place)) return;
        Do("down");
        Run("umount", ["-l", Shared]);
    }

    public static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"'{program} {string.Join(' ', arguments)}' did not end");
        return process.ExitCode == 0 ? said : throw new InvalidOperationException($"'{program} {string.Join(' ', arguments)}' ended with {process.ExitCode}: {said}");
    }
}
