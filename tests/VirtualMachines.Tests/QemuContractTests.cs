using System;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor;
using HpcVirt.Hypervisor.Contract;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.VirtualMachines.Tests;

/// <summary>QEMU keeps the contract, with a real guest.</summary>
[TestFixture]
[Category("Slow")]
[CancelAfter(300_000)]
public sealed class QemuContractTests : HypervisorContract
{
    private Laboratory _laboratory = null!;
    private Guest _found = new("vm1", "a", GuestCondition.Running);

    protected override string GuestName => "vm1";

    protected override string SourceHost => _found.Host!;

    protected override string TargetHost => _found.Host == "a" ? "b" : "a";

    [OneTimeSetUp]
    public void MakeLaboratory() => _laboratory = new Laboratory(guests: 1);

    [OneTimeTearDown]
    public void RemoveLaboratory() => _laboratory?.Dispose();

    [TearDown]
    public async Task The_guest_still_answers()
    {
        await Backend.ResumeAsync("vm1");
        Assert.That(_laboratory.In("vm1", "hostname"), Is.EqualTo("vm1"));
    }

    protected override async Task<IHypervisorBackend> CreateAsync()
    {
        var backend = new QemuBackend(GuestFile.Load(_laboratory.GuestFile), TimeProvider.System);
        // The test before may have left it stopped, and anywhere.
        if ((await backend.GuestsAsync()).Single() is { Condition: GuestCondition.Paused }) await backend.ResumeAsync("vm1");
        _found = (await backend.GuestsAsync()).Single();
        return backend;
    }
}
