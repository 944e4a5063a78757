using System;
using System.Linq;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Evaluation;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Engines;

/// <summary>What every engine must do; each engine's tests derive from this. An engine that is not available here is skipped by name.</summary>
internal abstract class FailureModelContract
{
    private const int Width = 6;

    private static readonly TrainingData Train = Made(4000, seed: 1);
    private static readonly TrainingData Test = Made(3000, seed: 2);

    protected abstract IFailureModelTrainer Trainer { get; }

    private IFailureModelTrainer Available
    {
        get
        {
            if (Trainer.Problem() is { } problem) Assert.Ignore($"engine '{Trainer.Name}': {problem}");
            return Trainer;
        }
    }

    private string[] Algorithms => [.. Available.Algorithms];

    private static EngineSettings Settings(string algorithm) => new() { Algorithm = algorithm, Trees = 60, Depth = 4, LearningRate = 0.1, Seed = 5 };

    [Test]
    public void It_learns_what_is_there_to_learn()
    {
        foreach (string algorithm in Algorithms)
        {
            double[] margins = Score(Available.Train(Train, Settings(algorithm)), Test);
            // The truth is an interaction with missing values: a linear model gets part of it.
            Assert.That(RankMetrics.RocArea(margins, Test.Labels.ToArray()), Is.GreaterThan(0.72), algorithm);
        }
    }

    [Test]
    public void The_same_data_and_settings_give_the_same_payload()
    {
        foreach (string algorithm in Algorithms)
        {
            byte[] first = Available.Train(Train, Settings(algorithm)).Payload(), second = Available.Train(Train, Settings(algorithm)).Payload();
            Assert.That(second, Is.EqualTo(first), algorithm);
        }
    }

    [Test]
    public void A_loaded_payload_scores_as_the_trained_model_does()
    {
        foreach (string algorithm in Algorithms)
        {
            IFailureModel trained = Available.Train(Train, Settings(algorithm));
            IFailureModel loaded = Available.Load(trained.Payload(), Width);
            Assert.That(Score(loaded, Test), Is.EqualTo(Score(trained, Test)).Within(1e-6), algorithm);
            Assert.That(loaded.Payload(), Is.EqualTo(trained.Payload()), algorithm);
        }
    }

    [Test]
    public void A_row_scores_the_same_alone_and_among_others()
    {
        foreach (string algorithm in Algorithms)
        {
            IFailureModel model = Available.Train(Train, Settings(algorithm));
            double[] all = Score(model, Test), one = new double[1];
            for (int row = 0; row < 60; row++)
            {
                model.Score(Test.Values.Span.Slice(row * Width, Width), one);
                Assert.That(one[0], Is.EqualTo(all[row]).Within(1e-9), $"{algorithm}, row {row}");
            }
        }
    }

    [Test]
    public void Contributions_and_bias_add_up_to_the_margin()
    {
        foreach (string algorithm in Algorithms)
        {
            IFailureModel model = Available.Train(Train, Settings(algorithm));
            double[] margins = Score(model, Test), contributions = new double[Width];
            for (int row = 0; row < 40; row++)
            {
                double bias = model.Explain(Test.Values.Span.Slice(row * Width, Width), contributions);
                Assert.That(bias + contributions.Sum(), Is.EqualTo(margins[row]).Within(1e-3), $"{algorithm}, row {row}");
            }
        }
    }

    [Test]
    public void Missing_values_do_not_lose_rows()
    {
        foreach (string algorithm in Algorithms)
        {
            float[] values = Test.Values.ToArray();
            for (int i = 0; i < values.Length; i += 2) values[i] = float.NaN;
            double[] margins = new double[Test.Rows];
            Available.Train(Train, Settings(algorithm)).Score(values, margins);
            Assert.That(margins, Has.All.Matches<double>(double.IsFinite), algorithm);
        }
    }

    [Test]
    public void Several_threads_may_score_at_once()
    {
        foreach (string algorithm in Algorithms)
        {
            IFailureModel model = Available.Train(Train, Settings(algorithm));
            double[] expected = Score(model, Test);
            double[][] found = [.. Enumerable.Range(0, 8).AsParallel().WithDegreeOfParallelism(4).Select(_ => Score(model, Test))];
            Assert.That(found, Has.All.EqualTo(expected), algorithm);
        }
    }

    [Test]
    public void Training_data_without_a_positive_or_a_negative_are_refused()
    {
        // Asked for outside of what is expected to throw: a test that is skipped must not pass for one that throws.
        IFailureModelTrainer engine = Available;
        foreach (bool label in (bool[])[false, true])
        {
            bool[] labels = new bool[100];
            Array.Fill(labels, label);
            var data = new TrainingData(Width, new float[100 * Width], labels);
            Assert.That(() => engine.Train(data, new EngineSettings()), Throws.InstanceOf<PredictorException>().With.Message.Contains("positive"));
        }
    }

    [Test]
    public void Unknown_algorithms_and_settings_out_of_bounds_are_refused()
    {
        IFailureModelTrainer engine = Available;
        Assert.That(() => engine.Train(Train, new EngineSettings { Algorithm = "astrology" }), Throws.InstanceOf<PredictorException>().With.Message.Contains("astrology"));
        Assert.That(() => engine.Train(Train, new EngineSettings { Trees = 0 }), Throws.InstanceOf<PredictorException>().With.Message.Contains("Trees"));
    }

    [Test]
    public void Junk_is_no_payload()
    {
        IFailureModelTrainer engine = Available;
        byte[] junk = new byte[1000];
        new Random(1).NextBytes(junk);
        Assert.That(() => engine.Load(junk, Width), Throws.InstanceOf<PredictorException>());
        Assert.That(() => engine.Load(Array.Empty<byte>(), Width), Throws.InstanceOf<PredictorException>());
    }

    [Test]
    public void A_payload_for_rows_of_another_width_is_refused()
    {
        foreach (string algorithm in Algorithms)
        {
            byte[] payload = Available.Train(Train, Settings(algorithm)).Payload();
            IFailureModelTrainer engine = Available;
            Assert.That(() => engine.Load(payload, Width + 1), Throws.InstanceOf<PredictorException>(), algorithm);
        }
    }

    internal static double[] Score(IFailureModel model, TrainingData data)
    {
        double[] margins = new double[data.Rows];
        model.Score(data.Values.Span, margins);
        return margins;
    }

    internal static TrainingData Made(int rows, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[rows * Width];
        bool[] labels = new bool[rows];
        for (int row = 0; row < rows; row++)
        {
            Span<float> x = values.AsSpan(row * Width, Width);
            for (int f = 0; f < Width; f++) x[f] = (float)(random.NextDouble() * 10);
            double margin = -2.2 + (0.35 * x[0]) + (x[1] > 5 && x[2] > 5 ? 2 : 0) - (0.2 * x[3]);
            if (random.NextDouble() < 0.3)
            {
                x[0] = float.NaN;
                margin += 1;
            }

            labels[row] = random.NextDouble() < 1 / (1 + Math.Exp(-margin));
        }

        return new TrainingData(Width, values, labels);
    }
}
