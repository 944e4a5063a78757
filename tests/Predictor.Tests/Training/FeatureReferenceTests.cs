using System.Text.Json;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Training;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Training;

internal sealed class FeatureReferenceTests
{
    [Test]
    public void A_feature_that_was_always_missing_has_no_deciles_and_a_middle_that_json_can_say()
    {
        var data = new TrainingData(2, new[] { 1f, float.NaN, 3f, float.NaN, 5f, float.NaN }, new[] { false, false, false });
        var missing = FeatureReference.OfColumn(data, 1);
        Assert.That(missing.MissingShare, Is.EqualTo(1));
        Assert.That(missing.Deciles, Is.Empty);
        Assert.That(missing.Median, Is.Zero);
        Assert.That(JsonSerializer.Serialize(missing), Does.Contain("\"Median\":0"));
        Assert.That(FeatureReference.OfColumn(data, 0).Median, Is.EqualTo(3));
    }
}
