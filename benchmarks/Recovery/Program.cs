// recoverybench measures how long a job on four hosts (network namespaces) stands still after a loss. ./bench recovery starts it.
using System;
using HpcVirt.Benchmarks.Recovery;

if (args is [string hpcvirt, string stencil, string cluster, string scratch, string json, string only])
    return new RecoveryBench(hpcvirt, stencil, cluster, scratch, only).Run(json.Length > 0 ? json : null, Console.Out, Console.Error);
switch (args)
{
    // The parts of the bench that run on its hosts.
    case ["hand-made", string place, .. string[] replacement]: return HandMade.Run(place, replacement.Length > 0, [Environment.ProcessPath!, "hand-made", place, "replacement"]);
    case ["receive"]: return RawLink.Receive();
    case ["send", string host, string bytes]: return RawLink.Send(host, long.Parse(bytes, System.Globalization.CultureInfo.InvariantCulture));
}

Console.Error.WriteLine("usage: recoverybench HPCVIRT_DLL STENCIL_DLL CLUSTER_SCRIPT SCRATCH JSON_OR_EMPTY FIGURE_OR_EMPTY");
return 2;
