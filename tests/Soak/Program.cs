// soak: one long job on hosts that are hurt at random, again and again, also while it recovers. ./fuzz soak starts it.
using System;
using System.IO;
using HpcVirt.Soak;

const int UsageError = 2;

if (args is not [var tool, var stencil, var cluster, var faults, var strategy, var seed])
{
    Console.Error.WriteLine("usage: soak HPCVIRT STENCIL CLUSTER FAULTS relaunch|spawn SEED");
    return UsageError;
}

string place = Directory.CreateTempSubdirectory("hpcvirt-soak-").FullName;
using var hosts = new SoakHosts(cluster, place);
using var job = new SoakJob(tool, stencil, hosts, strategy, place);
return new SoakDriver(job, hosts, int.Parse(faults), int.Parse(seed), Console.Out).Run();
