using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HpcVirt.Hypervisor.Rehearsal;

/// <summary>Keeps where rehearsed guests are in a file, so that a guard that is killed and started again finds them where it left them, as it would real ones.</summary>
internal sealed class RehearsedPlaces(string file)
{
    public IReadOnlyList<(string Guest, string? Host, GuestCondition Condition)> Read()
    {
        if (!File.Exists(file)) return [];
        try
        {
            return
            [
                .. JsonNode.Parse(File.ReadAllBytes(file))!.AsObject().Select(static one =>
                    (one.Key, one.Value!["host"]?.GetValue<string>(), Enum.Parse<GuestCondition>(one.Value["condition"]!.GetValue<string>()))),
            ];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or ArgumentException)
        {
            throw new GuestFileException(file, $"it is no state of a rehearsal ({e.Message.TrimEnd('.')}). Remove it; the rehearsal begins anew.", e);
        }
    }

    /// <summary>Whole or not at all: a process may be killed at any time.</summary>
    public void Write(IEnumerable<Guest> guests)
    {
        var places = new JsonObject();
        foreach (Guest guest in guests) places[guest.Name] = new JsonObject { ["host"] = guest.Host, ["condition"] = guest.Condition.ToString() };
        File.WriteAllText(file + ".part", places.ToJsonString());
        File.Move(file + ".part", file, overwrite: true);
    }
}
