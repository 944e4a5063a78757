using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Regions;

[TestFixture]
internal sealed class DecompositionTests
{
    [Test]
    public void The_memory_is_the_box_with_its_halo_on_both_sides() =>
        Assert.That(new Decomposition([512, 256], [128, 0], [64, 256], [1, 0]).MemoryShape(), Is.EqualTo(new long[] { 66, 256 }));

    [Test]
    public void A_box_that_leaves_the_array_is_refused() =>
        Assert.That(() => new Decomposition([10], [8], [3], [0]), Throws.ArgumentException.With.Message.Contains("extent 10"));

    [Test]
    public void Dimensions_must_agree() =>
        Assert.That(() => new Decomposition([10, 10], [0], [10], [0]), Throws.ArgumentException);

    [Test]
    public void Equal_boxes_are_equal()
    {
        var one = new Decomposition([10, 4], [0, 0], [5, 4], [1, 0]);
        var same = new Decomposition([10, 4], [0, 0], [5, 4], [1, 0]);
        Assert.That(same, Is.EqualTo(one));
        Assert.That(same.GetHashCode(), Is.EqualTo(one.GetHashCode()));
        Assert.That(new Decomposition([10, 4], [5, 0], [5, 4], [1, 0]), Is.Not.EqualTo(one));
    }
}
