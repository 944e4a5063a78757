using System;
using System.IO;
using System.IO.Compression;
using System.Linq;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Tests.Engines;
using Microsoft.ML;
using Microsoft.ML.Data;
using NUnit.Framework;

namespace HpcVirt.Predictor.MLNet.Tests.With;

internal sealed class MLNetModelTests
{
    [Test]
    public void Our_scoring_of_its_trees_gives_its_scores([Values("lightgbm", "fasttree", "fastforest", "lbfgs", "sdca", "blend")] string algorithm, [Values(1, 3)] int bags)
    {
        SkipUnlessThere(algorithm);
        TrainingData data = FailureModelContract.Made(3000, seed: 21);
        var model = (MLNetModel)new MLNetEngine().Train(data, new EngineSettings { Algorithm = algorithm, Trees = 50, Depth = 4, Bags = bags });
        double[] ours = new double[data.Rows];
        model.Score(data.Values.Span, ours);
        (float[] scores, double scale) = model.NativeScores(data.Values.ToArray());
        Assert.That(ours, Is.EqualTo(scores.Select(s => s * scale)).Within(1e-4));
    }

    [Test]
    public void The_payload_opens_with_plain_ml_net_and_says_the_same([Values("fasttree", "lightgbm", "blend")] string algorithm, [Values(1, 2)] int bags)
    {
        SkipUnlessThere(algorithm);
        TrainingData data = FailureModelContract.Made(2000, seed: 22);
        IFailureModel model = new MLNetEngine().Train(data, new EngineSettings { Algorithm = algorithm, Bags = bags, Trees = 30, Depth = 4 });
        double[] ours = new double[data.Rows];
        model.Score(data.Values.Span, ours);

        var context = new MLContext();
        ITransformer plain = context.Model.Load(new MemoryStream(model.Payload()), out DataViewSchema input);
        Assert.That(input[MLNetPipeline.FeaturesColumn].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, data.Width)));
        // Margins are log-odds: what ML.NET makes of its scores is the probability of ours.
        float[] theirs = [.. plain.Transform(MLNetRows.View(context, data)).GetColumn<float>("Probability")];
        Assert.That(theirs.Select(static p => (double)p), Is.EqualTo(ours.Select(static m => 1 / (1 + Math.Exp(-m)))).Within(1e-4));
    }

    [Test]
    public void Contributions_are_measured_from_the_mean_of_the_training_rows_also_after_loading([Values("fasttree", "lightgbm", "fastforest")] string algorithm)
    {
        SkipUnlessThere(algorithm);
        TrainingData data = FailureModelContract.Made(2000, seed: 24);
        var engine = new MLNetEngine();
        IFailureModel model = engine.Train(data, new EngineSettings { Algorithm = algorithm, Trees = 30, Depth = 4 });
        double[] margins = new double[data.Rows], contributions = new double[data.Width], again = new double[data.Width];
        model.Score(data.Values.Span, margins);
        ReadOnlySpan<float> row = data.Values.Span[..data.Width];
        double bias = model.Explain(row, contributions);
        Assert.That(bias, Is.EqualTo(margins.Average()).Within(1e-3));
        Assert.That(engine.Load(model.Payload(), data.Width).Explain(row, again), Is.EqualTo(bias));
        Assert.That(again, Is.EqualTo(contributions));
    }

    [Test]
    public void A_payload_of_before_covers_loads_and_gives_bare_scores()
    {
        TrainingData data = FailureModelContract.Made(500, seed: 25);
        var engine = new MLNetEngine();
        IFailureModel model = engine.Train(data, new EngineSettings { Trees = 10, Depth = 3 });
        using var stream = new MemoryStream();
        stream.Write(model.Payload());
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true)) archive.GetEntry("hpcvirt-covers.bin")!.Delete();
        var old = (MLNetModel)engine.Load(stream.ToArray(), data.Width);
        double[] margins = new double[data.Rows];
        old.Score(data.Values.Span, margins);
        (float[] scores, double scale) = old.NativeScores(data.Values.ToArray());
        Assert.That(scale, Is.EqualTo(1));
        Assert.That(margins, Is.EqualTo(scores.Select(static s => (double)s)).Within(1e-4));
    }

    [Test]
    public void A_pipeline_fits_into_one_of_the_readers_own()
    {
        TrainingData data = FailureModelContract.Made(1000, seed: 23);
        var context = new MLContext(1);
        IDataView view = MLNetRows.View(context, data);
        TransformerChain<Microsoft.ML.Transforms.ColumnCopyingTransformer> fitted = MLNetPipeline.Create(context, new EngineSettings { Trees = 10, Depth = 3 }).Append(context.Transforms.CopyColumns("Risk", "Probability")).Fit(view);
        Assert.That(fitted.Transform(view).GetColumn<float>("Risk"), Has.All.InRange(0f, 1f));
    }

    private static void SkipUnlessThere(string algorithm)
    {
        if (!MLNetPipeline.Algorithms.Contains(algorithm)) Assert.Ignore($"{algorithm} cannot be loaded here; LightGBM needs the package libgomp1");
    }
}
