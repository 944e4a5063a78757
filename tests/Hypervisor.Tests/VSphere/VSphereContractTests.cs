using System.Threading.Tasks;
using HpcVirt.Hypervisor.Contract;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>The backend keeps the contract against a scripted vCenter. Against the product it was never run.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereContractTests : HypervisorContract
{
    private ScriptedVCenter _vcenter = null!;

    protected override string GuestName => "vm1";

    protected override string SourceHost => "esx-a";

    protected override string TargetHost => "esx-b";

    [TearDown]
    public async Task StopAsync()
    {
        if (_vcenter is not null) await _vcenter.DisposeAsync();
    }

    protected override Task<IHypervisorBackend> CreateAsync()
    {
        _vcenter = new ScriptedVCenter();
        return Task.FromResult<IHypervisorBackend>(VCenterBench.Backend(_vcenter));
    }
}
