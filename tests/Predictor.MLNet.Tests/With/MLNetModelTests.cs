using System.IO;
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
    public void Our_scoring_of_its_trees_gives_its_scores([Values("fasttree", "lightgbm", "fastforest", "lbfgs", "sdca")] string algorithm)
    {
        TrainingData data = FailureModelContract.Made(3000, seed: 21);
        var model = (MLNetModel)new MLNetEngine().Train(data, new EngineSettings { Algorithm = algorithm, Trees = 50, Depth = 4 });
        double[] ours = new double[data.Rows];
        model.Score(data.Values.Span, ours);
        Assert.That(ours, Is.EqualTo(model.NativeScores(data.Values.ToArray()).Select(static s => (double)s)).Within(1e-4));
    }

    [Test]
    public void The_payload_opens_with_plain_ml_net_and_says_the_same()
    {
        TrainingData data = FailureModelContract.Made(2000, seed: 22);
        IFailureModel model = new MLNetEngine().Train(data, new EngineSettings { Trees = 30, Depth = 4 });
        double[] ours = new double[data.Rows];
        model.Score(data.Values.Span, ours);

        var context = new MLContext();
        ITransformer plain = context.Model.Load(new MemoryStream(model.Payload()), out DataViewSchema input);
        Assert.That(input[MLNetPipeline.FeaturesColumn].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, data.Width)));
        float[] theirs = [.. plain.Transform(MLNetRows.View(context, data)).GetColumn<float>("Score")];
        Assert.That(theirs.Select(static s => (double)s), Is.EqualTo(ours).Within(1e-4));
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
}
