// crash is both the job that is killed (`crash rank`) and those who kill it (`crash drive`). ./fuzz crash starts the driver.
using System;
using HpcVirt.Crash;

const int UsageError = 2;

switch (args)
{
    case ["rank", string log]:
        return CheckedJob.Run(log);

    case ["drive", string tool, string kills, string scheme, string ranks, string seed]:
        return new CrashDriver(tool, int.Parse(kills), scheme, int.Parse(ranks), int.Parse(seed)).Run(Console.Out);

    default:
        Console.Error.WriteLine("usage: crash rank LOG | drive HPCVIRT KILLS SCHEME RANKS SEED");
        return UsageError;
}
