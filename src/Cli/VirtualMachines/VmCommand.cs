using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Cli.Guard;
using HpcVirt.Control;
using HpcVirt.Hypervisor;
using Spectre.Console;

namespace HpcVirt.Cli.VirtualMachines;

/// <summary><c>hpcvirt vm</c>: the verbs for virtual machines.</summary>
internal static class VmCommand
{
    private const int PipeColumns = 400;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Create()
    {
        var options = new VmOptions();
        var command = new Command("vm", VmTexts.Vm);
        foreach (Option option in options.All) command.Options.Add(option);
        command.Subcommands.Add(List(options));
        command.Subcommands.Add(VmMigrateCommand.Create(options));
        command.Subcommands.Add(MaintenanceCommands.Drain(options));
        command.Subcommands.Add(MaintenanceCommands.Undrain(options));
        command.Subcommands.Add(MaintenanceCommands.Rebalance(options));
        command.Subcommands.Add(VmSnapshotCommand.Create(options));
        command.Subcommands.Add(VmSetsCommand.Create(options));
        command.Subcommands.Add(VmRestoreCommand.Create(options));
        return command;
    }

    /// <summary>Runs a verb; what a hypervisor refuses is told in one line, with the exit code that fits it. Ctrl-C gives up in good order.</summary>
    public static void SetAction(Command command, Func<ParseResult, CancellationToken, Task> verb) => command.SetAction(parsed => Run(stop => verb(parsed, stop)));

    /// <summary>Runs the work of a verb in the same way.</summary>
    public static int Run(Func<CancellationToken, Task> verb)
    {
        using var stop = new CancellationTokenSource();
        ConsoleCancelEventHandler onCancel = (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        Console.CancelKeyPress += onCancel;
        try
        {
            verb(stop.Token).GetAwaiter().GetResult();
            return (int)ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("hpcvirt: given up; the guests work on where they were.");
            return (int)ExitCode.Interrupted;
        }
        catch (HypervisorException error)
        {
            Console.Error.WriteLine($"hpcvirt: {error.Message}");
            return (int)(error switch
            {
                GuestSetException or GuestFileException => ExitCode.BadInput,
                BackendMissingException => ExitCode.Usage,
                _ => ExitCode.HypervisorFailed,
            });
        }
        finally
        {
            Console.CancelKeyPress -= onCancel;
        }
    }

    public static void Print(JsonNode node) => Console.Out.WriteLine(node.ToJsonString(Indented));

    public static void Print(IEnumerable<string[]> rows, params string[] columns)
    {
        // A pipe has no width of its own: nothing is folded there.
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns) table.AddColumn(new TableColumn(column).NoWrap());
        foreach (string[] row in rows) table.AddRow([.. row.Select(static cell => Markup.Escape(cell))]);
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = PipeColumns;
        AnsiConsole.Write(table);
    }

    /// <summary>The work of a verb behind progress bars on a terminal; the work itself is asynchronous, the bars are not.</summary>
    public static T WithBars<T>(bool isQuiet, Func<Action<string, double>, Task<T>> work) =>
        isQuiet ? work(static (_, _) => { }).GetAwaiter().GetResult() : Predict.Bars.Run(tell => work(Locked(tell)).GetAwaiter().GetResult());

    /// <summary>Guests are saved side by side, and bars are told by one at a time.</summary>
    private static Action<string, double> Locked(Action<string, double> tell)
    {
        var turn = new Lock();
        return (name, share) =>
        {
            lock (turn) tell(name, share);
        };
    }

    private static Command List(VmOptions options)
    {
        var command = new Command("list", "Lists guests, where they are and what they do; asked, not remembered.");
        SetAction(command, async (parsed, cancel) =>
        {
            await using IHypervisorBackend backend = options.Open(parsed);
            IReadOnlyList<Guest> guests = await backend.GuestsAsync(cancel);
            if (options.IsJson(parsed))
            {
                Print(new JsonObject
                {
                    ["backend"] = backend.Name,
                    ["capabilities"] = new JsonArray([.. backend.Capabilities.Names().Select(static name => (JsonNode)name)]),
                    ["guests"] = new JsonArray([
                        .. guests.Select(static guest => (JsonNode)new JsonObject
                        {
                            ["name"] = guest.Name, ["host"] = guest.Host, ["condition"] = Word(guest.Condition), ["memoryBytes"] = guest.MemoryBytes, ["remark"] = guest.Remark,
                        }),
                    ]),
                });
                return;
            }

            Print(guests.Select(static guest => (string[])[guest.Name, guest.Host ?? "-", Word(guest.Condition), $"{guest.MemoryBytes >> 20} MiB", guest.Remark ?? ""]), "guest", "host", "condition", "memory", "remark");
        });
        return command;
    }

    private static string Word(GuestCondition condition) => condition switch
    {
        GuestCondition.Running => "running",
        GuestCondition.Paused => "paused",
        GuestCondition.Arriving => "arriving",
        GuestCondition.Absent => "absent",
        GuestCondition.Failed => "failed",
        _ => "unknown",
    };
}
