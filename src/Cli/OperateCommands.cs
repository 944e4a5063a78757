using System;
using System.Collections.Generic;
using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Threading;
using HpcVirt.Cli.Guard;
using HpcVirt.Cli.VirtualMachines;
using HpcVirt.Control;
using HpcVirt.Control.Operators;

namespace HpcVirt.Cli;

/// <summary>What an operator says to a job that runs: <c>status</c>, <c>checkpoint-now</c>, <c>drain</c>, <c>undrain</c>, <c>move</c>, <c>hold</c>, <c>release</c>.</summary>
internal static class OperateCommands
{
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(10);

    public static IEnumerable<Command> Create()
    {
        yield return Verb("status", "Shows what the job does, where its ranks are, and its newest checkpoint.", null);
        yield return Verb("checkpoint-now", "Asks the job for a checkpoint and waits until it is committed.", null);
        yield return Verb("drain", "Empties HOST: the job saves a checkpoint and goes on on other hosts. Nothing is placed there until `undrain`.", "HOST");
        yield return Move();
        yield return Hold();
        yield return Verb("release", "Lets a job go on that was held. Fails if it was not silent all the while: it had gone on by itself, or a rank was lost.", null);
        yield return Verb("undrain", "Gives HOST back to the job after a drain or a loss; it takes ranks from the next attempt on.", "HOST");
    }

    private static Command Move()
    {
        (Command command, Option<string?> job) = New("move", "Moves RANK to HOST while the job stays: it saves a checkpoint, and a new process there takes the rank's place. Needs `hpcvirt run --strategy spawn`.");
        var rank = new Argument<int>("RANK") { Description = "The rank's number in the world." };
        var host = new Argument<string>("HOST") { Description = "A host as it was named to --hosts or --spares, with a free slot." };
        command.Arguments.Add(rank);
        command.Arguments.Add(host);
        command.SetAction(parsed => Ask(parsed.GetValue(job), "move", string.Create(CultureInfo.InvariantCulture, $"{parsed.GetValue(rank)} {parsed.GetValue(host)}")));
        return command;
    }

    private static Command Hold()
    {
        (Command command, Option<string?> job) = New(
            "hold",
            """
            Silences the job at its next safe point, and returns when no message is under way any more. It stays silent until `hpcvirt release`, or goes on by itself
            after --deadline. Afterwards every rank proves its links.

            With a COMMAND the job is held only while that runs: hpcvirt hold -- hpcvirt vm migrate vm1 b. Exit code: that of the command, or 74 if the job was not held, or not all the while.
            """);
        var deadline = new Option<string>("--deadline") { Description = "How long the job may be held.", HelpName = "DURATION", DefaultValueFactory = static _ => "60s" };
        var words = new Argument<string[]>("COMMAND") { Description = "What needs a silent job, after --.", Arity = ArgumentArity.ZeroOrMore };
        command.Options.Add(deadline);
        command.Arguments.Add(words);
        command.SetAction(parsed =>
        {
            string milliseconds = ((long)VmOptions.Duration(parsed.GetValue(deadline)!, "--deadline").TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            string? id = parsed.GetValue(job);
            if (parsed.GetValue(words) is not { Length: > 0 } all) return Ask(id, "hold", milliseconds);

            // From here on: whatever ends this, the job is not to stay silent.
            using var stop = new CancellationTokenSource();
            using var signals = new EndSignals(stop);
            int held = Ask(id, "hold", milliseconds);
            if (held != 0) return held;
            int code;
            try
            {
                code = Run(all, stop.Token);
            }
            finally
            {
                held = Ask(id, "release", "");
            }

            return code != 0 ? code : held;
        });
        return command;
    }

    private static int Run(string[] words, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return (int)ExitCode.Interrupted;
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { UseShellExecute = false })!;
            try
            {
                process.WaitForExitAsync(stop).GetAwaiter().GetResult();
                return process.ExitCode;
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C has come to it as well, and it may have something to put in order.
                if (!process.WaitForExit(EndTimeout)) process.Kill(entireProcessTree: true);
                return (int)ExitCode.Interrupted;
            }
        }
        catch (Win32Exception e)
        {
            throw new ControlException(ExitCode.Usage, $"'{words[0]}' cannot be run: {e.Message}. The job was held, and goes on.", e);
        }
    }

    private static (Command Command, Option<string?> Job) New(string name, string description)
    {
        var command = new Command(name, description + " Run it on the host of `hpcvirt run`, as the same user.");
        var job = new Option<string?>("--job") { Description = "The job's id, or the beginning of it. Left out: the only job there is.", HelpName = "ID" };
        command.Options.Add(job);
        return (command, job);
    }

    private static Command Verb(string name, string description, string? argumentName)
    {
        (Command command, Option<string?> job) = New(name, description);
        Argument<string>? argument = argumentName is null ? null : new Argument<string>(argumentName) { Description = "A host as it was named to --hosts or --spares." };
        if (argument is not null) command.Arguments.Add(argument);
        command.SetAction(parsed => Ask(parsed.GetValue(job), name, argument is null ? "" : parsed.GetValue(argument)!));
        return command;
    }

    private static int Ask(string? job, string verb, string argument)
    {
        string directory = RunningJobs.Find(job, Environment.GetEnvironmentVariable);
        (bool isDone, IReadOnlyList<string> lines) = OperatorCall.Ask(directory, verb, argument, AnswerTimeout);
        foreach (string line in lines) (isDone ? Console.Out : Console.Error).WriteLine(isDone ? line : $"hpcvirt: {line}");
        return isDone ? (int)ExitCode.Success : (int)ExitCode.RequestRefused;
    }
}
