using System.Linq;
using HpcVirt.Predictor.Features;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Features;

internal sealed class SchemaTests
{
    [Test]
    public void A_schema_is_the_same_after_writing_and_reading()
    {
        FeatureSchema schema = Fleets.Model.Schema;
        FeatureSchema read = FeatureSchema.Parse(schema.ToJson(), "features.json");
        Assert.That(read.Hash(), Is.EqualTo(schema.Hash()));
        Assert.That(read.Names, Is.EqualTo(schema.Names));
    }

    [Test]
    public void The_end_of_observation_is_never_a_feature() =>
        Assert.That(Fleets.Model.Schema.Features.Select(static f => f.Of), Does.Not.Contain("observation_end").And.Not.Contain("node"));

    [TestCase("{}")]
    [TestCase("""{"features":[]}""")]
    [TestCase("""{"features":[{"source":"Sensor","of":"t","stat":"Mean","windowS":0}]}""")]
    [TestCase("""{"features":[{"source":"Sensor","of":"t","stat":"Last"},{"source":"Sensor","of":"t","stat":"Last"}]}""")]
    [TestCase("""{"features":[{"source":"Moon","of":"t","stat":"Last"}]}""")]
    [TestCase("""{"features":[{"source":"Sensor","of":"t","stat":"Last"}],"surprise":1}""")]
    public void A_schema_that_makes_no_sense_is_refused(string json) =>
        Assert.That(() => FeatureSchema.Parse(json, "mine.json"), Throws.TypeOf<PredictorException>().With.Message.Contains("mine.json"));

    [Test]
    public void Windows_reach_from_a_fifth_of_the_horizon_up()
    {
        Assert.That(SchemaBuilder.Windows(3 * 3600, 86400, 13 * 86400, 4), Is.EqualTo(new long[] { 6 * 3600, 86400, 3 * 86400, 7 * 86400 }));
        Assert.That(SchemaBuilder.Windows(168 * 3600, 720 * 3600, 13 * 720 * 3600L, 3), Is.EqualTo(new long[] { 7 * 86400, 30 * 86400, 90 * 86400 }));
    }
}
