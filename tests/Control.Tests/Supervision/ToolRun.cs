using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.RegularExpressions;
using System.Threading;
using HpcVirt.Control.Native;
using HpcVirt.Control.Processes;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>One run of the tool as a process of its own, with a deadline on everything.</summary>
internal sealed partial class ToolRun : IDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly StringBuilder _out = new();
    private readonly StringBuilder _error = new();
    private readonly ManualResetEventSlim _outEnded = new();
    private readonly ManualResetEventSlim _errorEnded = new();

    private ToolRun(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Note(_out, line.Data, _outEnded);
        process.ErrorDataReceived += (_, line) => Note(_error, line.Data, _errorEnded);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Out
    {
        get
        {
            lock (_out) return _out.ToString();
        }
    }

    public string Error
    {
        get
        {
            lock (_error) return _error.ToString();
        }
    }

    public string JobId => JobLine().Match(Error) is { Success: true } match ? match.Groups["id"].Value : throw new InvalidOperationException("the tool has not named its job:\n" + Error);

    /// <summary>Processes of the job that are alive on this host.</summary>
    public int Alive => new JobProcesses(JobId).Signal(0);

    public static string PathOf(string assembly) => Path.Combine(AppContext.BaseDirectory, assembly);

    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">Changes its environment.</param>
    /// <param name="inside">A command that runs the tool given to it, somewhere else.</param>
    public static ToolRun Start(string workingDirectory, IReadOnlyList<string> arguments, Action<IDictionary<string, string?>>? environment = null, IReadOnlyList<string>? inside = null)
    {
        // Started from a script's background, the tests inherit an ignored SIGINT, and under nohup an ignored SIGHUP, and the tool would too: neither could be tried.
        var start = new ProcessStartInfo("env")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        start.ArgumentList.Add("--default-signal=INT,HUP");
        foreach (string word in inside ?? []) start.ArgumentList.Add(word);
        start.ArgumentList.Add(Environment.ProcessPath is { } self && Path.GetFileName(self) == "dotnet" ? self : "dotnet");
        start.ArgumentList.Add(PathOf("hpcvirt.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        environment?.Invoke(start.Environment);
        return new ToolRun(Process.Start(start)!);
    }

    public void Signal(int signal) => LibC.Kill(_process.Id, signal);

    /// <summary>Sends a signal to the tool where the process that was started only holds a namespace for it.</summary>
    public void SignalChild(int signal)
    {
        string child = File.ReadAllText($"/proc/{_process.Id}/task/{_process.Id}/children").Trim();
        LibC.Kill(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture), signal);
    }

    /// <summary>Waits for the tool's end and returns its exit code.</summary>
    public int Wait()
    {
        if (!_process.WaitForExit(Deadline) || !_outEnded.Wait(Deadline) || !_errorEnded.Wait(Deadline))
            throw new TimeoutException("the tool did not end before the deadline:\n" + Error);
        return _process.ExitCode;
    }

    public void AwaitError(string text) => Await(() => Error.Contains(text, StringComparison.Ordinal), text);

    public void AwaitOut(string text) => Await(() => Out.Contains(text, StringComparison.Ordinal), text);

    public void Await(Func<bool> condition, string what)
    {
        if (!SpinWait.SpinUntil(() => condition() || _process.HasExited, Deadline) || !(condition() || SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(5))))
            throw new TimeoutException($"'{what}' was not seen before the deadline:\n{Out}\n{Error}");
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
        _outEnded.Dispose();
        _errorEnded.Dispose();
    }

    private static void Note(StringBuilder text, string? line, ManualResetEventSlim ended)
    {
        if (line is null) ended.Set();
        else lock (text) text.AppendLine(line);
    }

    [GeneratedRegex("^hpcvirt: job (?<id>[0-9a-z]+):", RegexOptions.Multiline)]
    private static partial Regex JobLine();
}
