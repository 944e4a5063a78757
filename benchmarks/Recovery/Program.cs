// recoverybench measures how long a job on four hosts (network namespaces) stands still after a loss. ./bench recovery starts it.
using System;
using HpcVirt.Benchmarks.Recovery;

if (args is [string hpcvirt, string stencil, string cluster, string scratch, string json, string only])
    return new RecoveryBench(hpcvirt, stencil, cluster, scratch, only).Run(json.Length > 0 ? json : null, Console.Out, Console.Error);
Console.Error.WriteLine("usage: recoverybench HPCVIRT_DLL STENCIL_DLL CLUSTER_SCRIPT SCRATCH JSON_OR_EMPTY FIGURE_OR_EMPTY");
return 2;
