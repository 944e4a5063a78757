using System;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Engines.Managed;
using HpcVirt.Predictor.Simulation;
using HpcVirt.Predictor.Training;

namespace HpcVirt.Predictor.Tests.Doubles;

/// <summary>A small simulated fleet and a model of it, made once for all tests.</summary>
internal static class Fleets
{
    private static readonly Lazy<string> Made = new(static () =>
    {
        string folder = System.IO.Directory.CreateTempSubdirectory("hpcvirt-fleet-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.Directory.Delete(folder, recursive: true);
        _ = FleetSimulator.Run(folder, new FleetOptions { Nodes = 48, Span = TimeSpan.FromDays(90), Interval = TimeSpan.FromHours(1), Seed = 7 });
        return folder;
    });

    public static TrainingOptions Options { get; } = new()
    {
        Engine = "managed",
        Period = "train",
        Search = 1,
        Bags = 1,
        RowsMax = 12_000,
        FurtherHorizons = [TimeSpan.FromHours(6), TimeSpan.FromHours(48)],
        Algorithm = "boosting",
    };

    private static readonly Lazy<FailurePredictor> Trained = new(static () =>
    {
        using HealthDataset dataset = Open();
        return PredictorTrainer.Train(dataset, Options, [new ManagedEngine()]);
    });

    public static string Folder => Made.Value;

    public static FailurePredictor Model => Trained.Value;

    public static HealthDataset Open() => HealthDataset.Open(Folder, new DatasetOptions());
}
