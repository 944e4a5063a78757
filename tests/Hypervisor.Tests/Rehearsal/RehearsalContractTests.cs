using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Contract;
using HpcVirt.Hypervisor.Rehearsal;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Rehearsal;

/// <summary>The rehearsal keeps the contract.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class RehearsalContractTests : HypervisorContract
{
    protected override string GuestName => "vm1";

    protected override string SourceHost => "a";

    protected override string TargetHost => "b";

    protected override Task<IHypervisorBackend> CreateAsync() => Task.FromResult<IHypervisorBackend>(new RehearsalBackend(
        new RehearsalOptions
        {
            Guests = new Dictionary<string, string> { ["vm1"] = "a", ["vm2"] = "b" },
            MemoryBytes = 1 << 20,
            BytesPerSecond = 100 << 20,
            Downtime = TimeSpan.FromMilliseconds(2),
        },
        TimeProvider.System));
}
