using System;
using System.Collections.Generic;
using System.Threading;
using HpcVirt.Mpi.Resilience.Channel;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Channel;

[TestFixture]
public sealed class RemoteControlTests
{
    private static readonly Dictionary<string, string> Complete = new()
    {
        [ControlEnvironment.Host] = "head",
        [ControlEnvironment.Endpoints] = "10.0.0.1:4000,[fe80::1]:4000",
        [ControlEnvironment.Certificate] = new string('a', 64),
        [ControlEnvironment.Secret] = new string('b', 64),
        [ControlEnvironment.Lease] = "2400",
    };

    [Test]
    public void What_the_supervisor_sets_is_read()
    {
        RemoteControl remote = RemoteControl.FromEnvironment(Complete.GetValueOrDefault)!;
        Assert.That(remote.SupervisorHost, Is.EqualTo("head"));
        Assert.That(remote.Endpoints, Has.Count.EqualTo(2));
        Assert.That(remote.Lease, Is.EqualTo(TimeSpan.FromMilliseconds(2400)));
    }

    [Test]
    public void A_job_on_one_host_has_none() => Assert.That(RemoteControl.FromEnvironment(_ => null), Is.Null);

    [TestCase(ControlEnvironment.Endpoints, "somewhere")]
    [TestCase(ControlEnvironment.Endpoints, "")]
    [TestCase(ControlEnvironment.Certificate, "aa")]
    [TestCase(ControlEnvironment.Secret, "not hexadecimal")]
    [TestCase(ControlEnvironment.Lease, "0")]
    [TestCase(ControlEnvironment.Lease, "soon")]
    public void What_is_missing_or_malformed_is_named(string name, string value)
    {
        var variables = new Dictionary<string, string>(Complete) { [name] = value };
        var refusal = Assert.Throws<ControlChannelException>(() => RemoteControl.FromEnvironment(variables.GetValueOrDefault))!;
        Assert.That(refusal.Message, Does.Contain(name));
    }

    [Test]
    public void A_lease_that_nobody_renews_runs_out_and_one_that_is_renewed_does_not()
    {
        using var expired = new ManualResetEventSlim();
        using var lease = new SupervisorLease(TimeSpan.FromSeconds(2), TimeProvider.System, _ => expired.Set());
        for (int i = 0; i < 20; i++)
        {
            lease.Renew();
            Assert.That(expired.Wait(TimeSpan.FromMilliseconds(20)), Is.False);
        }

        Assert.That(expired.Wait(TimeSpan.FromSeconds(20)), Is.True);
    }
}
