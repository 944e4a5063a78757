using HpcVirt.Simulation.Runs;
using HpcVirt.Simulation.Scale;
using Spectre.Console;

namespace HpcVirt.Cli;

/// <summary>A progress bar over a simulation: how much of the job's own time has passed.</summary>
internal static class SimulationProgress
{
    public static ScaleResult Run(ScaleSetup setup)
    {
        var job = new SimulatedJob(setup.ToJob());
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
        if (!console.Profile.Capabilities.Interactive)
            return ScaleResult.Of(setup, job.Run());
        return console.Progress().AutoClear(true).Start(context =>
        {
            ProgressTask task = context.AddTask($"{setup.Ranks:N0} ranks", maxValue: setup.ExpectedEndNs);
            return ScaleResult.Of(setup, job.Run((nowNs, _) => task.Value = nowNs));
        });
    }
}
