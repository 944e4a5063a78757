using System;
using System.Collections.Generic;
using System.Text.Json;
using HpcVirt.Predictor.Live;

namespace HpcVirt.Predictor.Sources;

/// <summary>Reads <c>smartctl -j -a</c>: ATA attributes by number, NVMe's health log, temperature, hours. The exit status is a mask of bits, of which those above 1 tell of the disk.</summary>
public static class SmartctlJson
{
    /// <summary>Bit 1: the device could not be opened, or was left asleep.</summary>
    private const int StandbyExit = 2;

    private static readonly (int Bit, string Code)[] Troubles = [(3, "failing"), (4, "prefail"), (5, "was_prefail"), (6, "error_log"), (7, "selftest_failed")];

    /// <summary>Reads one report.</summary>
    /// <param name="json">The report.</param>
    /// <param name="node">The node.</param>
    /// <param name="device">The device's name, for the sensors' names.</param>
    /// <param name="timeS">The time where the report has none.</param>
    public static IReadOnlyList<Observation> Parse(string json, string node, string device, long timeS)
    {
        var seen = new List<Observation>();
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            if (Number(root, "local_time", "time_t") is { } stamp) timeS = (long)stamp;
            int exit = (int)(Number(root, "smartctl", "exit_status") ?? 0);
            // A disk in standby was not asked: it has no values, and that is no trouble.
            if ((exit & StandbyExit) != 0 && Number(root, "temperature", "current") is null) return seen;
            void Sensor(string name, double? value)
            {
                if (value is { } known) seen.Add(new SensorObservation(timeS, node, $"{device}_{name}", known));
            }

            Sensor("temperature_c", Number(root, "temperature", "current"));
            Sensor("power_on_hours", Number(root, "power_on_time", "hours"));
            foreach (string name in (string[])["percentage_used", "media_errors", "num_err_log_entries", "available_spare", "unsafe_shutdowns", "critical_warning"])
                Sensor(name, Number(root, "nvme_smart_health_information_log", name));
            if (root.TryGetProperty("ata_smart_attributes", out JsonElement attributes) && attributes.TryGetProperty("table", out JsonElement table))
            {
                foreach (JsonElement attribute in table.EnumerateArray())
                    Sensor($"smart_{attribute.GetProperty("id").GetInt32()}_raw", Number(attribute, "raw", "value"));
            }

            foreach ((int bit, string code) in Troubles)
            {
                if ((exit >> bit & 1) == 1) seen.Add(new EventObservation(timeS, node, "smart", code, 1, $"{device}: smartctl's exit status {exit} has bit {bit}"));
            }

            return seen;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new PredictorException($"the report on {device} of {node} is not that of smartctl -j ({error.Message}); run smartctl -j -a by hand and look.", error);
        }
    }

    private static double? Number(JsonElement parent, string section, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(section, out JsonElement inner) && inner.ValueKind == JsonValueKind.Object
        && inner.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
