using System;
using System.Collections.Generic;
using System.ComponentModel;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qmp;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>Starts a guest's QEMU by the command of the operator, which returns when the QEMU listens (as with <c>-daemonize</c>).</summary>
internal static class StartCommand
{
    private const int SaidMax = 2000;
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(20);

    public static async Task<QemuMonitor> RunAsync(
        GuestFile file, string guest, string host, IReadOnlyList<string> arguments, QmpDeadlines deadlines, TimeProvider time, CancellationToken cancel)
    {
        string[] command = [.. file.StartOf(guest, host), .. arguments];
        string socket = file.SocketOf(guest, host);
        long start = time.GetTimestamp();
        using var deadline = new CancellationTokenSource(deadlines.Start, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            await RunAsync(command, guest, host, either.Token);
            while (true)
            {
                try
                {
                    return await QemuMonitor.OpenAsync(file, guest, host, deadlines, time, either.Token);
                }
                catch (QmpException e) when (e.Fault is QmpFault.NotThere && time.GetElapsedTime(start) < deadlines.Start)
                {
                    await Task.Delay(LookAgainAfter, time, either.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw new HypervisorException($"guest {guest} did not start on host {host} within {deadlines.Start.TotalSeconds:0} s: '{string.Join(' ', command)}' has not brought up {socket}.");
        }
    }

    private static async Task RunAsync(string[] command, string guest, string host, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true, RedirectStandardInput = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            throw new HypervisorException($"guest {guest} did not start on host {host}: '{command[0]}' cannot be run ({e.Message}). Correct \"start\" in the file of guests.", e);
        }

        using (process)
        {
            try
            {
                process.StandardInput.Close();
                Task<string> output = process.StandardOutput.ReadToEndAsync(cancel), error = process.StandardError.ReadToEndAsync(cancel);
                await process.WaitForExitAsync(cancel);
                if (process.ExitCode == 0) return;
                string said = (await error + await output).Trim();
                throw new HypervisorException($"guest {guest} did not start on host {host}: '{string.Join(' ', command)}' ended with {process.ExitCode}{(said.Length == 0 ? "" : ": " + said[..Math.Min(said.Length, SaidMax)])}");
            }
            catch (OperationCanceledException)
            {
                Kill(process);
                throw;
            }
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or IOException)
        {
            // It has ended by itself.
        }
    }
}
