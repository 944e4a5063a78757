using System;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

namespace HpcVirt.Benchmarks.Migration;

/// <summary>Three guests on two hosts by ./lab, and the C stencil in them.</summary>
internal sealed class Lab(string script, string place) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private Process? _control;

    public string Place => place;

    /// <summary>Starts the guests and the job, and waits for its first steps.</summary>
    public async Task UpAsync(int rows, int columns)
    {
        await DownAsync();
        _ = await DoAsync("up", "--vms", "3", "--hosts", "2");
        _ = await DoAsync("job", $"{rows}", $"{columns}", "100000000");
        long start = Stopwatch.GetTimestamp();
        while ((await LogAsync()).Length < 4)
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline) throw new TimeoutException("the job in the guests does not come to its first steps");
            await Task.Delay(200);
        }

        _control = OpenControl();
    }

    /// <summary>The job's words so far: "step N" and "gap S s", about twice a second.</summary>
    public async Task<string[]> LogAsync() => (await RunAsync("job-log")).Said.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The longest time between two steps that was told of after so many lines, once another line says that it is over.</summary>
    public async Task<double> LongestGapAsync(int afterLines)
    {
        string[] now = await LogAsync();
        long start = Stopwatch.GetTimestamp();
        for (int enough = now.Length + 4; now.Length < enough; now = await LogAsync())
        {
            if (Stopwatch.GetElapsedTime(start) > Deadline) throw new InvalidOperationException("the job does not go on after the move");
            await Task.Delay(300);
        }

        return now.Skip(afterLines).Where(static line => line.StartsWith("gap ", StringComparison.Ordinal)).Select(static line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture)).Max();
    }

    /// <summary>All ranks hold before one step when this returns.</summary>
    public Task SilenceAsync() => SayAsync("hold", "held");

    public Task ReleaseAsync() => SayAsync("go", "on");

    public async Task DownAsync()
    {
        _control?.Kill();
        _control?.Dispose();
        _control = null;
        _ = await DoAsync("down");
    }

    public async ValueTask DisposeAsync() => await DownAsync();

    private static async Task<string> Within(Task<string?> answer) => await answer.WaitAsync(Deadline) ?? throw new InvalidOperationException("the guest's agent has gone");

    private async Task SayAsync(string word, string expected)
    {
        await _control!.StandardInput.WriteLineAsync(word);
        await _control.StandardInput.FlushAsync();
        string answer = await Within(_control.StandardOutput.ReadLineAsync());
        if (answer != expected) throw new InvalidOperationException($"the job was told '{word}' and answers '{answer}'");
    }

    /// <summary>One connection for all words: starting a shell in an emulated guest takes longer than what is measured.</summary>
    private Process OpenControl()
    {
        string space = File.ReadAllText(Path.Combine(place, "id")).Trim() + "-a";
        var start = new ProcessStartInfo("ip", ["netns", "exec", space, "busybox", "nc", "10.78.0.1", "514"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process control = Process.Start(start)!;
        control.StandardInput.WriteLine(
            "cd /tmp; p=$(pidof stencil); while read word; do case $word in hold) kill -USR1 $p; until [ -e held ]; do usleep 1000; done; echo held ;; go) kill -USR2 $p; echo on ;; esac; done");
        control.StandardInput.Flush();
        return control;
    }

    private async Task<string> DoAsync(params string[] arguments)
    {
        (int code, string said) = await RunAsync(arguments);
        return code == 0 ? said : throw new InvalidOperationException($"lab {string.Join(' ', arguments)}: {said.Trim()}");
    }

    private async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [script, "--place", place, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return (process.ExitCode, await output + await errors);
    }
}
