using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Agreement;

[TestFixture]
internal sealed class SafePointAgreementTests
{
    [Test]
    public void All_ranks_act_at_the_same_safe_point_whatever_their_speed([Range(1, 40)] int seed)
    {
        var job = new AgreeingJob(ranks: 1 + (seed % 7), seed);
        job.Run(points: 300);
        foreach (List<(long, AgreementEffects)> acted in job.ActedAt.Skip(1))
            Assert.That(acted, Is.EqualTo(job.ActedAt[0]));
        Assert.That(job.ActedAt[0], Is.Not.Empty, "the wishes of the run must have had an effect");
    }

    [Test]
    public void A_wish_takes_effect_within_two_strides([Range(1, 20)] int seed)
    {
        var job = new AgreeingJob(ranks: 4, seed);
        job.Run(points: 300);
        foreach ((long wishedAt, int stride) in job.Wishes)
        {
            Assert.That(
                job.ActedAt[0].Exists(acted => acted.Item1 >= wishedAt && acted.Item1 <= wishedAt + (2 * stride)), Is.True, $"wish at {wishedAt}, stride {stride}");
        }
    }

    [Test]
    public void The_stride_follows_the_slowest_rank()
    {
        AgreementState state = AgreementState.Initial;
        (state, _) = SafePointAgreement.Next(state, AgreementEvent.Arrived.Instance);
        (state, _) = SafePointAgreement.Next(state, AgreementEvent.Arrived.Instance);
        (AgreementState fast, _) = SafePointAgreement.Next(state, new AgreementEvent.Learned(default, TimeSpan.FromMilliseconds(1)));
        (AgreementState slow, _) = SafePointAgreement.Next(state, new AgreementEvent.Learned(default, TimeSpan.FromSeconds(3)));
        Assert.That(fast.Stride, Is.EqualTo(10));
        Assert.That(slow.Stride, Is.EqualTo(1));
    }

    [Test]
    public void After_a_stop_nothing_is_outstanding()
    {
        AgreementState state = AgreementState.Initial;
        (state, _) = SafePointAgreement.Next(state, AgreementEvent.Arrived.Instance);
        (state, _) = SafePointAgreement.Next(state, AgreementEvent.Arrived.Instance);
        (state, AgreementEffects effects) = SafePointAgreement.Next(state, new AgreementEvent.Learned(new Wishes(false, Stop: true), TimeSpan.FromSeconds(1)));
        Assert.That(effects, Is.EqualTo(AgreementEffects.Checkpoint | AgreementEffects.Stop));
        Assert.That(state.IsOutstanding, Is.False);
    }

    [Test]
    public void A_result_that_nobody_posted_for_is_a_defect() =>
        Assert.That(
            () => SafePointAgreement.Next(AgreementState.Initial, new AgreementEvent.Learned(default, default)), Throws.InvalidOperationException);
}
