using System.Collections.Generic;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>One rank's fate: the fault that meets its n-th operation from <see cref="Arm"/> on. Also the record of what it did.</summary>
internal sealed class FaultPlan
{
    private readonly List<string> _operations = [];
    private int _at = -1;
    private Fault _fault;
    private bool _isDead;

    /// <summary>The operations since <see cref="Arm"/>, in order.</summary>
    public IReadOnlyList<string> Operations => _operations;

    public void Arm(int operation, Fault fault)
    {
        _operations.Clear();
        _at = operation;
        _fault = fault;
    }

    /// <summary>Whether the rank was killed.</summary>
    public bool IsDead => _isDead;

    /// <summary>Lets every operation of these exact words fail.</summary>
    public string? AlwaysFails { get; init; }

    public Fault Next(string operation)
    {
        if (_isDead) return Fault.KillBefore;
        if (operation == AlwaysFails) return Fault.DeviceError;
        int index = _operations.Count;
        _operations.Add(operation);
        Fault fault = index == _at || (index > _at && _at >= 0 && _fault == Fault.DeviceErrorFromHereOn) ? _fault : Fault.None;
        _isDead = fault is Fault.KillBefore or Fault.KillAfter or Fault.KillInTheMiddle;
        return fault;
    }
}
