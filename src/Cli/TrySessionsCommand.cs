using System;
using System.CommandLine;
using System.IO;
using HpcVirt.Control.Launchers;
using MPI;

namespace HpcVirt.Cli;

/// <summary>
/// <c>hpcvirt try-sessions</c>, started by a launcher before a job with <c>--strategy sessions</c>: opens two MPI sessions one after the other, and exchanges something in each.
/// </summary>
internal static class TrySessionsCommand
{
    private const string Name = "try-sessions";

    /// <summary>The command as a program for ranks.</summary>
    public static ProgramCommand AsProgram
    {
        get
        {
            string own = System.Environment.ProcessPath!;
            return Path.GetFileName(own) == "dotnet" ? new ProgramCommand(own, [Path.GetFullPath(System.Environment.GetCommandLineArgs()[0]), Name]) : new ProgramCommand(own, [Name]);
        }
    }

    public static Command Create()
    {
        var command = new Command(Name, "Tries whether the MPI can open sessions one after the other; started by `run --strategy sessions`.") { Hidden = true };
        command.SetAction(static _ => Try());
        return command;
    }

    private static int Try()
    {
        try
        {
            for (int round = 0; round < 2; round++)
            {
                using var session = new Session();
                using Intracommunicator all = session.CreateCommunicator(Session.WorldSet, "trial");
                if (all.Allreduce(1, Operation<int>.Add) != all.Size) return 1;
            }

            return 0;
        }
        catch (Exception error) when (error is MpiException or MpiLibraryException)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }
}
