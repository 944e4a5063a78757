using System;
using System.Linq;
using HpcVirt.Predictor.Engines;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Engines.XGBoost;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Engines;

internal sealed class ManagedEngineTests : FailureModelContract
{
    protected override IFailureModelTrainer Trainer { get; } = new ManagedEngine();

    [Test]
    public void Every_truncation_and_every_lie_of_a_payload_is_refused_or_harmless()
    {
        TrainingData data = Made(600, seed: 3);
        byte[] whole = Trainer.Train(data, new EngineSettings { Algorithm = "blend", Trees = 3, Depth = 3 }).Payload();
        for (int length = 0; length < whole.Length; length++) Assert.That(() => Trainer.Load(whole.AsMemory(0, length), data.Width), Throws.TypeOf<PredictorException>(), $"{length} of {whole.Length} bytes");
        var random = new Random(4);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] lie = [.. whole];
            for (int changes = random.Next(1, 4); changes > 0; changes--) lie[random.Next(lie.Length)] = (byte)random.Next(256);
            try
            {
                // A tree must not lead in a circle, nor out of its bounds: scoring would hang or crash here.
                _ = Score(Trainer.Load(lie, data.Width), data);
            }
            catch (PredictorException)
            {
                // What a lie deserves. Any other exception fails the test.
            }
        }
    }

    [Test]
    public void Shapley_values_are_those_of_the_definition()
    {
        TrainingData data = Made(800, seed: 6);
        var trees = BoostedTrees.Train(data, new EngineSettings { Trees = 5, Depth = 3, RowShare = 1, ColumnShare = 1, LeafWeightMin = 1 }, null);
        double[] contributions = new double[data.Width];
        for (int row = 0; row < 10; row++)
        {
            float[] x = data.Values.Slice(row * data.Width, data.Width).ToArray();
            _ = TreeExplanation.Explain(trees, x, contributions);
            for (int f = 0; f < data.Width; f++) Assert.That(contributions[f], Is.EqualTo(ByDefinition(trees, x, f)).Within(1e-6), $"row {row}, feature {f}");
        }
    }

    [TestCase(1f, float.NaN)]
    [TestCase(float.MaxValue, float.MinValue)]
    [TestCase(float.PositiveInfinity, float.NegativeInfinity)]
    public void Values_of_any_size_are_cut_and_scored(float a, float b)
    {
        float[] values = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? a : b)];
        bool[] labels = [.. Enumerable.Range(0, 200).Select(static i => i % 2 == 0)];
        var data = new TrainingData(1, values, labels);
        double[] margins = Score(Trainer.Train(data, new EngineSettings { Algorithm = "boosting", Trees = 20, LeafWeightMin = 0.1 }), data);
        Assert.That(margins[0], Is.GreaterThan(margins[1]));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(127)]
    [TestCase(128)]
    [TestCase(1003)]
    public void Scoring_by_the_laid_out_trees_is_walking_down_the_trees(int rows)
    {
        TrainingData data = Made(1003, seed: 8);
        TreeEnsemble trees = BoostedTrees.Train(data, new EngineSettings { Trees = 133, Depth = 5 }, null);
        double[] margins = new double[rows];
        trees.Score(data.Values.Span[..(rows * data.Width)], margins);
        for (int row = 0; row < rows; row++)
            Assert.That(margins[row], Is.EqualTo((double)trees.ScorePlainly(data.Values.Span.Slice(row * data.Width, data.Width))), $"row {row}");
    }

    [TestCase(4095)]
    [TestCase(4096)]
    public void A_leaf_beside_deep_trees_and_rows_as_wide_as_fit_or_wider_are_scored(int width)
    {
        TreeNode[] leaf = [new(-1, 0, false, 0, 0.5f, 1)];
        TreeNode[] asks = [new(width - 1, 3, true, 1, 0, 2), new(-1, 0, false, 0, 1, 1), new(-1, 0, false, 0, 2, 1)];
        var trees = new TreeEnsemble(width, 0.25f, [leaf, asks, leaf, asks, asks]);
        float[] rows = new float[3 * width];
        (rows[width - 1], rows[(2 * width) - 1], rows[(3 * width) - 1]) = (2, float.NaN, 3);
        double[] margins = new double[3], one = new double[1];
        trees.Score(rows, margins);
        Assert.That(margins, Is.EqualTo([4.25, 4.25, 7.25]));
        trees.Score(rows.AsSpan(2 * width), one);
        Assert.That(one[0], Is.EqualTo(7.25));
    }

    /// <summary>The sum over all subsets of the other features, with the mean of what lies below where a feature is not in the subset.</summary>
    private static double ByDefinition(TreeEnsemble trees, float[] x, int feature)
    {
        int width = x.Length;
        double sum = 0;
        for (int subset = 0; subset < 1 << width; subset++)
        {
            if ((subset >> feature & 1) == 1) continue;
            int size = int.PopCount(subset);
            double weight = Factorial(size) * Factorial(width - size - 1) / Factorial(width);
            sum += weight * (Expected(trees, x, subset | (1 << feature)) - Expected(trees, x, subset));
        }

        return sum;
    }

    private static double Expected(TreeEnsemble trees, float[] x, int known) => trees.Trees.Sum(tree => Expected(tree, 0, x, known));

    private static double Expected(TreeNode[] tree, int at, float[] x, int known)
    {
        TreeNode node = tree[at];
        if (node.Feature < 0) return node.Value;
        TreeNode left = tree[node.Left], right = tree[node.Left + 1];
        if ((known >> node.Feature & 1) == 1)
        {
            bool goesLeft = float.IsNaN(x[node.Feature]) ? node.MissingGoesLeft : x[node.Feature] < node.Threshold;
            return Expected(tree, goesLeft ? node.Left : node.Left + 1, x, known);
        }

        return ((left.Cover * Expected(tree, node.Left, x, known)) + (right.Cover * Expected(tree, node.Left + 1, x, known))) / (left.Cover + right.Cover);
    }

    private static double Factorial(int n) => n <= 1 ? 1 : n * Factorial(n - 1);
}

internal sealed class XGBoostEngineTests : FailureModelContract
{
    protected override IFailureModelTrainer Trainer { get; } = new XGBoostEngine();

    [Test]
    public void Managed_scoring_gives_the_librarys_margins_bit_for_bit()
    {
        if (Trainer.Problem() is { } problem) Assert.Ignore($"engine '{Trainer.Name}': {problem}");
        TrainingData data = Made(3000, seed: 12);
        var settings = new EngineSettings { Trees = 80, Depth = 6, Seed = 3 };
        float[] native = XGBoostTraining.NativeMargins(data, settings);
        double[] managed = Score(Trainer.Train(data, settings), data);
        Assert.That(managed, Is.EqualTo(native.Select(static m => (double)m)));
    }

    [Test]
    public void A_payload_scores_without_the_library()
    {
        // One tree by hand, in the form of XGBoost's JSON: below 2 goes left to -1, else right to +1; missing goes left.
        const string Json = """
            {"learner":{"learner_model_param":{"num_feature":"1","base_score":"5E-1"},"gradient_booster":{"model":{"trees":[
            {"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[0,0,0],"split_conditions":[2,-1,1],"default_left":[1,0,0],"sum_hessian":[4,2,2]}]}}}}
            """;
        IFailureModel model = Trainer.Load(System.Text.Encoding.UTF8.GetBytes(Json), 1);
        double[] margins = new double[3];
        model.Score([1, 2, float.NaN], margins);
        Assert.That(margins, Is.EqualTo(new[] { -1.0, 1, -1 }));
    }
}

internal sealed class EngineChoiceTests
{
    [Test]
    public void Auto_takes_the_first_that_is_available_and_says_why_not_the_ones_before()
    {
        (IFailureModelTrainer trainer, string reason) = EngineChoice.Choose("auto", [new Absent(), new ManagedEngine()]);
        Assert.That(trainer.Name, Is.EqualTo("managed"));
        Assert.That(reason, Does.Contain("absent").And.Contain("no such package"));
    }

    [Test]
    public void An_engine_asked_for_by_name_is_never_replaced_by_another()
    {
        Assert.That(() => EngineChoice.Choose("absent", [new Absent(), new ManagedEngine()]), Throws.TypeOf<EngineMissingException>().With.Message.Contains("no such package"));
        Assert.That(() => EngineChoice.Choose("oracle", [new ManagedEngine()]), Throws.TypeOf<EngineMissingException>().With.Message.Contains("managed"));
    }

    private sealed class Absent : IFailureModelTrainer
    {
        public string Name => "absent";

        public string Version => "";

        public System.Collections.Generic.IReadOnlyList<string> Algorithms => [];

        public string? Problem() => "no such package";

        public IFailureModel Train(TrainingData data, EngineSettings settings, Action<double>? onProgress = null) => throw new InvalidOperationException();

        public IFailureModel Load(ReadOnlyMemory<byte> payload, int width) => throw new InvalidOperationException();
    }
}
