using System;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;

namespace HpcVirt.Control.Processes;

/// <summary>A line of shell that an operator has written down, such as one that silences a job.</summary>
public static class ShellCommand
{
    /// <summary>Runs it to its end.</summary>
    /// <param name="words">The line, for sh.</param>
    /// <param name="cancel">Ends it, and what it has started.</param>
    /// <exception cref="HypervisorException">It ended with another code than 0.</exception>
    public static async Task RunAsync(string words, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", words]) { UseShellExecute = false })!;
        try
        {
            await process.WaitForExitAsync(cancel);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0) throw new HypervisorException($"'{words}' ended with {process.ExitCode}");
    }
}
