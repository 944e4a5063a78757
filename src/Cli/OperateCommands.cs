using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using HpcVirt.Control;
using HpcVirt.Control.Operators;

namespace HpcVirt.Cli;

/// <summary>What an operator says to a job that runs: <c>status</c>, <c>checkpoint-now</c>, <c>drain</c>, <c>undrain</c>, <c>move</c>.</summary>
internal static class OperateCommands
{
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(10);

    public static IEnumerable<Command> Create()
    {
        yield return Verb("status", "Shows what the job does, where its ranks are, and its newest checkpoint.", null);
        yield return Verb("checkpoint-now", "Asks the job for a checkpoint and waits until it is committed.", null);
        yield return Verb("drain", "Empties HOST: the job saves a checkpoint and goes on on other hosts. Nothing is placed there until `undrain`.", "HOST");
        yield return Move();
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
