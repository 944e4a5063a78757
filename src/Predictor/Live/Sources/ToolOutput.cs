using System.ComponentModel;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Runs a program that reads sensors, in a process of its own that does not outlive its deadline: a controller that does not answer hangs the program, not us.</summary>
internal static class ToolOutput
{
    public static async Task<(string Text, int ExitCode)> ReadAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        using Process tool = Start(program, arguments);
        try
        {
            // Both streams at once: a program that fills the one we do not read would wait for ever.
            Task<string> errors = tool.StandardError.ReadToEndAsync(cancellation);
            string text = await tool.StandardOutput.ReadToEndAsync(cancellation);
            string said = await errors;
            await tool.WaitForExitAsync(cancellation);
            if (text.Trim().Length == 0) throw new PredictorException($"{program} {string.Join(' ', arguments)} said nothing (exit code {tool.ExitCode}{(said.Trim().Length > 0 ? $": {said.Trim().Split('\n')[0]}" : "")}); run it by hand as the same user and look.");
            return (text, tool.ExitCode);
        }
        finally
        {
            if (!tool.HasExited) tool.Kill();
        }
    }

    private static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new PredictorException($"{program} cannot be started ({error.Message}); install it, or leave its source out.", error);
        }
    }
}
