using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Linq;
using HpcVirt.Cli;
using HpcVirt.Cli.Checkpoints;
using HpcVirt.Cli.Guard;
using HpcVirt.Cli.Predict;
using HpcVirt.Cli.VirtualMachines;
using HpcVirt.Control;

var root = new RootCommand(Texts.Root)
{
    RunCommand.Create(),
    RehearseCommand.Create(),
    CheckpointCommand.Create(),
    SimulateCommand.Create(),
    PredictCommand.Create(),
    PlanCommand.Create(),
    VmCommand.Create(),
    GuardCommand.Create(),
    MaintenanceCommands.TopLevelRebalance(),
};
root.Subcommands.Add(TrySessionsCommand.Create());
foreach (Command command in OperateCommands.Create()) root.Subcommands.Add(command);
ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (string error in parsed.Errors.Select(error => error.Message).Distinct()) Console.Error.WriteLine($"hpcvirt: {error}");
    bool isAboutGuests = parsed.CommandResult.Parent is CommandResult { Command.Name: "vm" } || parsed.CommandResult.Command.Name == "vm";
    bool isAboutHosts = parsed.CommandResult.Parent is CommandResult { Command.Name: "guard" } || parsed.CommandResult.Command.Name is "guard" or "rebalance";
    Console.Error.WriteLine(isAboutHosts ? GuardTexts.HowToGoOn(parsed.CommandResult.Command.Name) : isAboutGuests ? VmTexts.HowToGoOn(parsed.CommandResult.Command.Name) : Texts.HowToSeparate);
    return (int)ExitCode.Usage;
}

try
{
    // Signals are the supervisor's business: the parser's own handler would end the tool two seconds after a Ctrl-C.
    return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (ControlException error)
{
    Console.Error.WriteLine($"hpcvirt: {error.Message}");
    return (int)error.ExitCode;
}
