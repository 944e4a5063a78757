using System;
using System.Globalization;
using System.IO;
using System.Linq;
using HpcVirt.Predictor.ModelFile;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.ModelFile;

/// <summary>
/// Made Golden/model.v1 once; run by hand for a new format version only: <c>HPCVIRT_GOLDEN=FOLDER dotnet test --filter GoldenMaker</c>. A golden file that is made anew proves nothing.
/// </summary>
[Explicit("writes golden files, and that is done once a format version")]
internal sealed class GoldenMaker
{
    [Test]
    public void Write_the_golden_model_and_what_it_says()
    {
        string folder = Environment.GetEnvironmentVariable("HPCVIRT_GOLDEN") ?? throw new InvalidOperationException("Set HPCVIRT_GOLDEN to the folder.");
        FailurePredictor model = Fleets.Model;
        PredictorFile.Save(model, Path.Combine(folder, "model.v1"));
        var random = new Random(20);
        double[] risk = new double[1];
        File.WriteAllLines(Path.Combine(folder, "model.v1.risks"), Enumerable.Range(0, 20).Select(_ =>
        {
            float[] row = [.. model.References.Select(r => r.Deciles.Count == 0 || random.Next(6) == 0 ? float.NaN : r.Deciles[random.Next(11)])];
            model.Risks(row, risk);
            return string.Join(' ', row.Select(static v => v.ToString("R", CultureInfo.InvariantCulture)).Append(risk[0].ToString("R", CultureInfo.InvariantCulture)));
        }));
        Assert.That(File.Exists(Path.Combine(folder, "model.v1")), Is.True);
    }
}
