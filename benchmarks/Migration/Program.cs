// migrationbench measures how long a job in three virtual machines stands still when one of them is moved, or all are saved. ./bench migration starts it.
using System;
using HpcVirt.Benchmarks.Migration;

if (args is [string lab, string scratch, string json, string only])
    return await new MigrationBench(lab, scratch, only).RunAsync(json.Length > 0 ? json : null, Console.Out, Console.Error);
Console.Error.WriteLine("usage: migrationbench LAB_SCRIPT SCRATCH JSON_OR_EMPTY FIGURE_OR_EMPTY");
return 2;
