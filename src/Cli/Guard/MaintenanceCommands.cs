using System;
using System.CommandLine;
using System.Threading.Tasks;
using HpcVirt.Cli.VirtualMachines;
using HpcVirt.Control;
using HpcVirt.Control.Guard;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Hypervisor;

namespace HpcVirt.Cli.Guard;

/// <summary><c>hpcvirt vm drain</c>, <c>undrain</c> and <c>rebalance</c>: planned moves, by the guard's rules.</summary>
internal static class MaintenanceCommands
{
    public static Command Drain(VmOptions options)
    {
        Argument<string> host = new("HOST") { Description = "The host to empty." };
        var reason = new Option<string>("--reason") { Description = "Why, for whoever finds the mark.", HelpName = "TEXT", DefaultValueFactory = _ => $"by {Environment.UserName}" };
        Option<string?> config = Config();
        Option<bool> dryRun = VmOptions.DryRun();
        var command = new Command("drain", GuardTexts.Drain) { host, reason, config, dryRun };
        VmCommand.SetAction(command, (parsed, cancel) => RunAsync(options, parsed, config, async work =>
            Require(await work.DrainAsync(parsed.GetValue(host)!, parsed.GetValue(reason)!, parsed.GetValue(dryRun), cancel), "not every guest could be moved away; what stays is named above.")));
        return command;
    }

    public static Command Undrain(VmOptions options)
    {
        Argument<string> host = new("HOST") { Description = "The host that may take guests again." };
        Option<string?> config = Config();
        var command = new Command("undrain", "Takes the mark of a drained HOST away. Nothing is moved back.") { host, config };
        VmCommand.SetAction(command, (parsed, _) => RunAsync(options, parsed, config, work =>
        {
            work.Undrain(parsed.GetValue(host)!);
            return Task.CompletedTask;
        }));
        return command;
    }

    public static Command Rebalance(VmOptions options)
    {
        var moves = new Option<int>("--moves") { Description = "Most moves.", HelpName = "N", DefaultValueFactory = _ => 10 };
        Option<string?> config = Config();
        Option<bool> dryRun = VmOptions.DryRun();
        var command = new Command("rebalance", GuardTexts.Rebalance) { moves, config, dryRun };
        VmCommand.SetAction(command, (parsed, cancel) => RunAsync(options, parsed, config, async work =>
            Require(await work.RebalanceAsync(Math.Max(0, parsed.GetValue(moves)), parsed.GetValue(dryRun), cancel), "not every move of the plan could be made; look again with --dry-run.")));
        return command;
    }

    /// <summary>The same, without <c>vm</c> before it.</summary>
    public static Command TopLevelRebalance()
    {
        var options = new VmOptions();
        Command command = Rebalance(options);
        foreach (Option option in options.All) command.Options.Add(option);
        return command;
    }

    private static Option<string?> Config() => new("--config") { Description = "A guard's configuration: its guests, rules, way of moving, and the risks it knows.", HelpName = "FILE" };

    private static async Task RunAsync(VmOptions options, ParseResult parsed, Option<string?> config, Func<HostMaintenance, Task> work)
    {
        GuardConfig? guard = parsed.GetValue(config) is { } file ? GuardConfig.Load(file) : null;
        await using IHypervisorBackend backend = guard?.OpenBackend(TimeProvider.System) ?? options.Open(parsed);
        string guests = guard?.GuestFile ?? options.GuestFile(parsed) ?? throw new ControlException(ExitCode.Usage, "No file of hosts and guests was named. Name one with --guests, or in HPCVIRT_GUESTS.");
        await work(new HostMaintenance(backend, guests, guard, Console.Out.WriteLine, TimeProvider.System));
    }

    private static void Require(bool isDone, string otherwise)
    {
        if (!isDone) throw new HypervisorException(otherwise);
    }
}
