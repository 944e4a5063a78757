using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>A virtual machine of a scripted vCenter.</summary>
internal sealed class ScriptedMachine(string id, string name, string host)
{
    public string Id { get; set; } = id;

    public string Name { get; set; } = name;

    public string Host { get; set; } = host;

    public string Power { get; set; } = "poweredOn";

    public string Connection { get; set; } = "connected";

    public string? Question { get; set; }

    /// <summary>Adapters, and whether they are connected.</summary>
    public Dictionary<string, bool> Adapters { get; } = new() { ["4000"] = true, ["4001"] = true };

    /// <summary>Snapshots, each the child of the one before; and what the machine did when it was made.</summary>
    public List<(string Id, string Name, string Power)> Snapshots { get; } = [];

    public void TakeSnapshot(string snapshot, string named, bool hasMemory) => Snapshots.Add((snapshot, named, hasMemory ? Power : "poweredOff"));

    /// <summary>A machine that worked and is not to be powered on is suspended afterwards: with its memory, and standing still.</summary>
    public void Revert(string snapshot, bool suppressesPowerOn)
    {
        string power = Snapshots.Single(one => one.Id == snapshot).Power;
        Power = power == "poweredOn" && suppressesPowerOn ? "suspended" : power;
    }

    public string RuntimeJson() => $$"""
        {"_typeName": "VirtualMachineRuntimeInfo", "host": {{ScriptedInventory.Reference("HostSystem", Host)}}, "connectionState": "{{Connection}}", "powerState": "{{Power}}", "toolsInstallerMounted": false
         {{(Question is null ? "" : $$""", "question": {"_typeName": "VirtualMachineQuestionInfo", "id": "1", "text": "{{Question}}"}""")}} }
        """;

    /// <summary>Unset while there are none.</summary>
    public string? SnapshotJson() => Snapshots.Count == 0 ? null : $$"""{"_typeName": "VirtualMachineSnapshotInfo", "rootSnapshotList": {{TreeJson(0)}} }""";

    public string AdaptersJson() => $"[{string.Join(", ", Adapters.Keys.Select(static nic => $$"""{"nic": "{{nic}}"}"""))}]";

    public string AdapterJson(string nic) => $$"""{"label": "Network adapter", "type": "VMXNET3", "state": "{{(Adapters[nic] ? "CONNECTED" : "NOT_CONNECTED")}}", "start_connected": true}""";

    private string TreeJson(int at)
    {
        (string snapshot, string named, string power) = Snapshots[at];
        string children = at + 1 < Snapshots.Count ? $$""", "childSnapshotList": {{TreeJson(at + 1)}}""" : "";
        return $$"""[{"_typeName": "VirtualMachineSnapshotTree", "snapshot": {{ScriptedInventory.Reference("VirtualMachineSnapshot", snapshot)}}, "name": "{{named}}", "state": "{{power}}"{{children}} }]""";
    }
}
