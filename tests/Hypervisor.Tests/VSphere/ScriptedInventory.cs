using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Hosts, machines and tasks of a scripted vCenter: two hosts, of which the first has vm1 and vm2.</summary>
internal sealed class ScriptedInventory
{
    private readonly Dictionary<string, ScriptedTask> _tasks = [];
    private int _lastSnapshot;

    /// <summary>Hosts by their ids: names, and whether they are connected.</summary>
    public Dictionary<string, (string Name, string State)> Hosts { get; } = new() { ["host-10"] = ("esx-a", "CONNECTED"), ["host-11"] = ("esx-b", "CONNECTED"), ["host-12"] = ("esx-c", "DISCONNECTED") };

    public List<ScriptedMachine> Machines { get; } = [new("vm-41", "vm1", "host-10"), new("vm-42", "vm2", "host-10")];

    /// <summary>How often a task is looked at until it has ended.</summary>
    public int LooksPerTask { get; set; } = 3;

    /// <summary>What a task fails with at its end, by its method; null: it does not.</summary>
    public Func<string, string?> TaskFault { get; set; } = static _ => null;

    /// <summary>Called at each look at a task, with its method and how often it was looked at.</summary>
    public Action<ScriptedTask> OnLook { get; set; } = static _ => { };

    public IReadOnlyCollection<ScriptedTask> Tasks => _tasks.Values;

    public static string Reference(string type, string value) => $$"""{"_typeName": "ManagedObjectReference", "type": "{{type}}", "value": "{{value}}"}""";

    public ScriptedMachine Machine(string id) => Machines.Single(machine => machine.Id == id);

    public string MachinesJson(string[] names) => Json(Machines.Where(machine => names.Contains(machine.Name)).Select(static machine =>
        $$"""{"vm": "{{machine.Id}}", "name": "{{machine.Name}}", "power_state": "{{machine.Power}}", "cpu_count": 4, "memory_size_MiB": 2048}"""));

    public string HostsJson() => Json(Hosts.Select(static host => $$"""{"host": "{{host.Key}}", "name": "{{host.Value.Name}}", "connection_state": "{{host.Value.State}}", "power_state": "POWERED_ON"}"""));

    public Reply Infrastructure(string method, string[] path, JsonElement body)
    {
        if (path is ["Task", string known, _] && !_tasks.ContainsKey(known) || path is ["VirtualMachine", string vm, _] && Machines.All(machine => machine.Id != vm))
            return ScriptedVCenter.Fault("ManagedObjectNotFound", "The object has already been deleted or has not been completely created.");
        return (method, path) switch
        {
            ("GET", ["VirtualMachine", string id, "runtime"]) => new Reply(200, Machine(id).RuntimeJson()),
            ("GET", ["VirtualMachine", string id, "snapshot"]) => Machine(id).SnapshotJson() is { } tree ? new Reply(200, tree) : new Reply(204),
            ("GET", ["VirtualMachine", string id, "recentTask"]) => new Reply(200, Json(_tasks.Values.Where(task => task.Machine.Id == id).Select(static task => Reference("Task", task.Id)))),
            ("GET", ["Task", string id, "info"]) => Look(_tasks[id]),
            ("POST", ["Task", string id, "CancelTask"]) => Cancel(_tasks[id]),
            ("POST", ["VirtualMachine", string id, "SuspendVM_Task"]) => Start(path[2], Machine(id), "poweredOn", static machine => machine.Power = "suspended"),
            ("POST", ["VirtualMachine", string id, "PowerOnVM_Task"]) => Start(path[2], Machine(id), "suspended", static machine => machine.Power = "poweredOn"),
            ("POST", ["VirtualMachine", string id, "RelocateVM_Task"]) => Relocate(path[2], Machine(id), body.GetProperty("spec").GetProperty("host").GetProperty("value").GetString()!),
            ("POST", ["VirtualMachine", string id, "CreateSnapshotEx_Task"]) => Start(path[2], Machine(id), null, machine => machine.TakeSnapshot(string.Create(CultureInfo.InvariantCulture, $"snapshot-{++_lastSnapshot}"), body.GetProperty("name").GetString()!, body.GetProperty("memory").GetBoolean())),
            ("POST", ["VirtualMachineSnapshot", string id, "RevertToSnapshot_Task"]) => Start(path[2], Of(id), null, machine => machine.Revert(id, body.GetProperty("suppressPowerOn").GetBoolean())),
            ("POST", ["VirtualMachineSnapshot", string id, "RemoveSnapshot_Task"]) => Start(path[2], Of(id), null, machine => machine.Snapshots.RemoveAll(one => one.Id == id)),
            _ => ScriptedVCenter.Fault("InvalidRequest", "no such thing", 400),
        };
    }

    private static string Json(IEnumerable<string> values) => $"[{string.Join(", ", values)}]";

    private ScriptedMachine Of(string snapshot) => Machines.Single(machine => machine.Snapshots.Any(one => one.Id == snapshot));

    private Reply Relocate(string method, ScriptedMachine machine, string host) =>
        Hosts.ContainsKey(host) ? Start(method, machine, null, moved => moved.Host = host) : ScriptedVCenter.Fault("ManagedObjectNotFound", "no such host");

    /// <summary>One task at a time for one machine, as vCenter has it.</summary>
    private Reply Start(string method, ScriptedMachine machine, string? power, Action<ScriptedMachine> atEnd)
    {
        if (_tasks.Values.Any(task => task.Machine == machine && task.IsOpen)) return ScriptedVCenter.Fault("TaskInProgress", "The operation is not allowed while another is in progress.");
        if (power is not null && machine.Power != power) return ScriptedVCenter.Fault("InvalidPowerState", $"The attempted operation cannot be performed in the current state ({machine.Power}).");
        var started = new ScriptedTask(string.Create(CultureInfo.InvariantCulture, $"task-{_tasks.Count + 1}"), method, machine, atEnd);
        _tasks.Add(started.Id, started);
        return new Reply(200, Reference("Task", started.Id));
    }

    private Reply Look(ScriptedTask task)
    {
        task.Looks++;
        OnLook(task);
        if (task.IsOpen && task.Looks >= LooksPerTask) task.End(TaskFault(task.Method));
        return new Reply(200, task.InfoJson(LooksPerTask));
    }

    private static Reply Cancel(ScriptedTask task)
    {
        if (!task.IsOpen) return ScriptedVCenter.Fault("InvalidState", "The task has completed.");
        if (!task.IsCancelable) return ScriptedVCenter.Fault("NotSupported", "The task is not cancelable.");
        task.End("RequestCanceled");
        return new Reply(204);
    }
}
