using System;
using System.Collections.Generic;
using Spectre.Console;

namespace HpcVirt.Cli.Predict;

/// <summary>Progress bars on the error stream, one a task, as the tasks come up; nothing where the stream is no terminal.</summary>
internal static class Bars
{
    private static readonly TimeSpan RedrawAfter = TimeSpan.FromMilliseconds(100);

    public static T Run<T>(Func<Action<string, double>, T> work)
    {
        if (Console.IsErrorRedirected) return work(static (_, _) => { });
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn()).Start(context =>
        {
            var tasks = new Dictionary<string, ProgressTask>();
            long lastDrawn = 0;
            return work((name, share) =>
            {
                long now = System.Diagnostics.Stopwatch.GetTimestamp();
                bool isNew = !tasks.TryGetValue(name, out ProgressTask? task);
                // Callers tell as often as they like; drawing has its own pace.
                if (!isNew && share < 1 && System.Diagnostics.Stopwatch.GetElapsedTime(lastDrawn, now) < RedrawAfter) return;
                lastDrawn = now;
                if (isNew) tasks.Add(name, task = context.AddTask(Markup.Escape(name), maxValue: 1));
                task!.Value = share;
            });
        });
    }
}
