using System;
using System.CommandLine;
using System.Globalization;
using HpcVirt.Control;
using HpcVirt.Control.Operators;
using HpcVirt.Control.Supervision;
using HpcVirt.Hypervisor;

namespace HpcVirt.Cli.VirtualMachines;

/// <summary>Options that the verbs for virtual machines share.</summary>
internal sealed class VmOptions
{
    private readonly Option<string> _backend = new("--backend")
    {
        Description = "qemu, libvirt, vsphere (untested against the product), process (no hypervisor: ranks of a job under `hpcvirt run` move), rehearsal (moves nothing, takes the time), or NAME of hpcvirt-backend-NAME.dll in --plugins.",
        HelpName = "NAME",
        Recursive = true,
        DefaultValueFactory = _ => "qemu",
    };

    private readonly Option<string?> _guests = new("--guests") { Description = "The file of hosts and guests. Left out: HPCVIRT_GUESTS.", HelpName = "FILE", Recursive = true };
    private readonly Option<string?> _plugins = new("--plugins") { Description = "The folder of backends of your own. Left out: HPCVIRT_PLUGINS.", HelpName = "DIR", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print JSON instead of tables and words.", Recursive = true };

    public Option[] All => [_backend, _guests, _plugins, _json];

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Say what would be done, and change nothing." };

    public static Option<string> Sets() => new("--sets") { Description = "The directory of sets.", HelpName = "DIR", Required = true };

    public static Option<string> Deadline() => new("--deadline") { Description = "Give it up after this time: 90s, 10m.", HelpName = "DURATION", DefaultValueFactory = _ => "10m" };

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public string? GuestFile(ParseResult parsed) => parsed.GetValue(_guests) ?? Setting("HPCVIRT_GUESTS");

    public IHypervisorBackend Open(ParseResult parsed) => HypervisorBackends.Create(
        parsed.GetValue(_backend)!,
        new BackendSettings { GuestFile = GuestFile(parsed), Time = TimeProvider.System },
        parsed.GetValue(_plugins) ?? Setting("HPCVIRT_PLUGINS"));

    public static TimeSpan Duration(string text, string option) => SupervisorOptions.TryReadDuration(text, out TimeSpan duration)
        ? duration
        : throw new ControlException(ExitCode.Usage, $"{option}: '{text}' is no duration. Give a number and one of ms, s, m, h, d.");

    /// <summary>Bytes per second as people write them: a number, and K, M or G for powers of 1024.</summary>
    public static long BytesPerSecond(string text, string option)
    {
        int shift = text.Length == 0 ? 0 : text[^1] switch { 'K' => 10, 'M' => 20, 'G' => 30, _ => 0 };
        string digits = shift == 0 ? text : text[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number is > 0 and < 1L << 32
            ? number << shift
            : throw new ControlException(ExitCode.Usage, $"{option}: '{text}' is no number of bytes per second. Give for example 500K, 20M or 1G.");
    }

    public static StateCompression Compression(string text) => text switch
    {
        "none" => StateCompression.None,
        "lz4" => StateCompression.Lz4,
        "zstd" => StateCompression.Zstd,
        _ => throw new ControlException(ExitCode.Usage, $"--compress: '{text}' is not known. Give none, lz4 or zstd."),
    };

    private static string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
