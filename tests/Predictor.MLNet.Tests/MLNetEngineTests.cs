using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Tests.Engines;

namespace HpcVirt.Predictor.MLNet.Tests;

internal sealed class MLNetEngineTests : FailureModelContract
{
    protected override IFailureModelTrainer Trainer { get; } = new MLNetEngine();
}
