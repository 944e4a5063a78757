using System;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>A task of a scripted vCenter.</summary>
internal sealed class ScriptedTask(string id, string method, ScriptedMachine machine, Action<ScriptedMachine> atEnd)
{
    private string? _fault;

    public string Id => id;

    public string Method => method;

    public ScriptedMachine Machine => machine;

    public bool IsOpen { get; private set; } = true;

    public bool IsCancelable { get; set; } = true;

    public int Looks { get; set; }

    /// <summary>Ends it: with a fault, or by doing what it is for.</summary>
    public void End(string? fault)
    {
        (IsOpen, _fault) = (false, fault);
        if (fault is null) atEnd(machine);
    }

    public string InfoJson(int looksMax)
    {
        string state = IsOpen ? (Looks == 1 ? "queued" : "running") : _fault is null ? "success" : "error";
        string more = IsOpen && Looks > 1 ? $", \"progress\": {Math.Min(99, Looks * 100 / Math.Max(1, looksMax))}" : _fault is null ? "" : $$""", "error": {"_typeName": "{{_fault}}", "faultMessage": [{"_typeName": "LocalizableMessage", "key": "k", "message": "words of {{_fault}}"}]}""";
        return $$"""{"_typeName": "TaskInfo", "key": "{{id}}", "name": "{{method}}", "descriptionId": "VirtualMachine.any", "state": "{{state}}", "cancelled": false, "cancelable": true{{more}} }""";
    }
}
