using System;
using System.Diagnostics;
using System.IO;
using System.Threading.Tasks;
using NUnit.Framework;

namespace HpcVirt.Ranks.Tests.Launching;

/// <summary>The MPIs of Debian 13, by tests/Trixie/trixie; skips by name where this machine cannot have them.</summary>
internal static class Trixie
{
    private const int CannotDo = 77;

    /// <summary>Making the root downloads and unpacks it; afterwards it is there.</summary>
    private static readonly TimeSpan UpDeadline = TimeSpan.FromMinutes(30);

    private static readonly Lazy<(int Code, string Said)> IsUp = new(Up);

    /// <summary>The beginning of a command line that runs there. The source tree is readable there, and the folder can be written to.</summary>
    public static string[] In(string folder, TimeSpan deadline)
    {
        (int code, string said) = IsUp.Value;
        if (code == CannotDo) Assert.Ignore($"missing capability: a root of Debian 13 ({said.Trim()})");
        Assert.That(code, Is.Zero, said);
        return ["bash", Script, "in", "--share", folder, "--deadline", $"{(int)deadline.TotalSeconds}"];
    }

    private static string Script => Path.Combine(Tree.Root, "tests", "Trixie", "trixie");

    private static (int Code, string Said) Up()
    {
        var start = new ProcessStartInfo("bash", [Script, "up"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(UpDeadline)) return (process.ExitCode, output.Result + error.Result);
        process.Kill(entireProcessTree: true);
        return (1, $"trixie up did not end within {UpDeadline.TotalMinutes} min");
    }
}
