using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Sources;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>
/// Reads this machine's hwmon and EDAC from sysfs. Chips are known by their name, not by their number, which changes at boot. Units as the kernel has them, made
/// whole: degrees, volts, amperes, watts, revolutions a minute.
/// </summary>
public sealed class SysfsSource(string node, string root = "/sys") : IObservationSource
{
    private static readonly (string Prefix, string Suffix, string Unit, double Scale)[] Inputs =
        [("temp", "_input", "c", 1e-3), ("fan", "_input", "rpm", 1), ("in", "_input", "v", 1e-3), ("power", "_average", "w", 1e-6), ("power", "_input", "w", 1e-6), ("curr", "_input", "a", 1e-3)];

    /// <inheritdoc/>
    public string Name => "sysfs";

    /// <inheritdoc/>
    public Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation)
    {
        var seen = new List<Observation>();
        foreach (string chip in Folders(Path.Combine(root, "class", "hwmon"), "hwmon*"))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadChip(chip, timeS, seen);
        }

        foreach (string controller in Folders(Path.Combine(root, "devices", "system", "edac", "mc"), "mc*"))
        {
            cancellation.ThrowIfCancellationRequested();
            ReadController(controller, timeS, seen);
        }

        return Task.FromResult<IReadOnlyList<Observation>>(seen);
    }

    private static string[] Folders(string path, string pattern) => Directory.Exists(path) ? Directory.GetDirectories(path, pattern) : [];

    private static string? Text(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A sensor that cannot be read just now (EAGAIN, ENXIO) has no value: that is missing, not zero.
            return null;
        }
    }

    private void ReadChip(string chip, long timeS, List<Observation> seen)
    {
        string name = IpmiSdr.NameOf(Text(Path.Combine(chip, "name")) ?? Path.GetFileName(chip));
        foreach (string file in Directory.GetFiles(chip))
        {
            string input = Path.GetFileName(file);
            foreach ((string prefix, string suffix, string unit, double scale) in Inputs)
            {
                if (!input.StartsWith(prefix, StringComparison.Ordinal) || !input.EndsWith(suffix, StringComparison.Ordinal) || input.Length <= prefix.Length + suffix.Length) continue;
                string channel = input[..^suffix.Length];
                if (!char.IsAsciiDigit(channel[prefix.Length])) continue;
                string label = Text(Path.Combine(chip, channel + "_label")) is { Length: > 0 } told ? IpmiSdr.NameOf(told) : channel;
                double value = double.TryParse(Text(file), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out double raw) ? raw * scale : double.NaN;
                seen.Add(new SensorObservation(timeS, node, $"{name}_{label}_{unit}", value));
                break;
            }
        }
    }

    private void ReadController(string controller, long timeS, List<Observation> seen)
    {
        string name = Path.GetFileName(controller);
        foreach (string counter in (string[])["ce_count", "ue_count", "ce_noinfo_count"]) Counter(Path.Combine(controller, counter), $"edac_{name}_{counter}", timeS, seen);
        foreach (string dimm in Folders(controller, "dimm*"))
        {
            string label = Text(Path.Combine(dimm, "dimm_label")) is { Length: > 0 } told ? IpmiSdr.NameOf(told) : Path.GetFileName(dimm);
            Counter(Path.Combine(dimm, "dimm_ce_count"), $"edac_{label}_ce", timeS, seen);
            Counter(Path.Combine(dimm, "dimm_ue_count"), $"edac_{label}_ue", timeS, seen);
        }
    }

    private void Counter(string file, string sensor, long timeS, List<Observation> seen)
    {
        if (!File.Exists(file)) return;
        seen.Add(new SensorObservation(timeS, node, sensor, double.TryParse(Text(file), NumberStyles.None, CultureInfo.InvariantCulture, out double value) ? value : double.NaN));
    }
}
