// soak: one long job on hosts that are hurt at random, again and again, also while it recovers. ./fuzz soak starts it.
using System;
using System.IO;
using System.Runtime.InteropServices;
using HpcVirt.Soak;

const int UsageError = 2;

if (args is not [var tool, var stencil, var cluster, var faults, var strategy, var seed])
{
    Console.Error.WriteLine("usage: soak HPCVIRT STENCIL CLUSTER FAULTS relaunch|spawn|standby SEED");
    return UsageError;
}

string place = Directory.CreateTempSubdirectory("hpcvirt-soak-").FullName;
using var hosts = new SoakHosts(cluster, place);
// Whoever ends the soak must not leave hosts and a job behind.
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Leave);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Leave);
using var job = new SoakJob(tool, stencil, hosts, strategy, place);
int code = new SoakDriver(job, hosts, int.Parse(faults), int.Parse(seed), Console.Out).Run();
if (code == 0)
{
    hosts.Dispose();
    Directory.Delete(place, recursive: true);
}
else
{
    File.WriteAllText(Path.Combine(place, "said"), job.Said);
    Console.WriteLine($"soak: what the job said and left is in {place}");
}

return code;

void Leave(PosixSignalContext signal)
{
    hosts.Dispose();
    Environment.Exit(130);
}
