using System;
using System.Diagnostics;
using System.IO;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>Four hosts and a spare, made of network namespaces by the script of the tests, and what is started on them.</summary>
internal sealed class BenchHosts(string hpcvirt, string stencil, string cluster, string scratch)
{
    public static readonly string[] Names = ["a", "b", "c", "d"];
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private const string Head = "head";
    private const string Spare = "e";

    /// <summary>Room for one process for each loss of a run.</summary>
    private const int SpareSlots = 5;

    public string Place { get; } = Path.Combine(scratch, "cluster");

    public string Scratch => scratch;

    public void Up() => Shell("bash", cluster, "up", Place, Head, Names[0], Names[1], Names[2], Names[3], Spare);

    public void Down() => Shell("bash", cluster, "down", Place);

    public void Cut(string host) => Shell("bash", cluster, "cut", Place, host);

    /// <summary>A long job under <c>hpcvirt run</c>.</summary>
    public Process StartJob(string mpi, string checkpoints, string events, string interval, string[] plate, params string[] options)
    {
        string launcher = mpi == "openmpi"
            ? OpenMpiArguments
            : $"-launcher ssh -launcher-exec {Place}/agent -iface eth0";
        return Start("bash", [
            cluster, "in", Place, Head, "env", $"HPCVIRT_INTERVAL={interval}", "UCX_TLS=tcp,self,sm", "UCX_NET_DEVICES=eth0",
            "dotnet", hpcvirt, "run", "-n", "4", "--mpi", mpi, "--hosts", string.Join(',', Names), "--spares", $"{Spare}:{SpareSlots}", "--restarts", "50", .. options,
            "--checkpoints", checkpoints, "--json-log", events, "--launcher-args", launcher, "--", stencil, .. plate,
        ]);
    }

    /// <summary>The same four hosts under nothing but mpirun.</summary>
    public Process StartPlain(params string[] program) => Start("bash", [
        cluster, "in", Place, Head, "env", "OMPI_ALLOW_RUN_AS_ROOT=1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1", "TERM=dumb",
        "mpirun.openmpi", "-n", "4", "--bind-to", "none", "--host", "a:1,b:1,c:1,d:1", "--mca", "orte_enable_recovery", "1", "--mca", "orte_allowed_exit_without_sync", "1",
        .. OpenMpiArguments.Split(' '), .. program,
    ]);

    /// <summary>A command on a host.</summary>
    public Process StartOn(string host, bool isRead, params string[] command) => Start("bash", [cluster, "in", Place, host, .. command], isRead);

    /// <summary>Says something to the running job, from beside it; false if it could not be done.</summary>
    public bool TryOperate(params string[] words)
    {
        using Process process = Start("dotnet", [hpcvirt, .. words], isRead: true);
        process.StandardOutput.ReadToEnd();
        process.StandardError.ReadToEnd();
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"'hpcvirt {string.Join(' ', words)}' did not end");
        return process.ExitCode == 0;
    }

    public static Process Start(string program, string[] arguments, bool isRead = false)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process = Process.Start(start)!;
        if (isRead) return process;

        // Read and dropped, or a full pipe would stop the job; what matters is in its event log.
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private string OpenMpiArguments =>
        $"--mca plm_rsh_agent {Place}/agent --mca plm_rsh_no_tree_spawn 1 --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include eth0 --mca oob_tcp_if_include eth0 --mca mpi_yield_when_idle 1";

    private static void Shell(params string[] command)
    {
        using Process process = Start(command[0], command[1..]);
        if (!process.WaitForExit(Deadline)) throw new TimeoutException($"'{string.Join(' ', command)}' did not end");
        if (process.ExitCode != 0) throw new InvalidOperationException($"'{string.Join(' ', command)}' ended with {process.ExitCode}");
    }
}
