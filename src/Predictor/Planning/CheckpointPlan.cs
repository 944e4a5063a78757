using System;
using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Evaluation;

namespace HpcVirt.Predictor.Planning;

/// <summary>How often a job should checkpoint, what it will waste, and whether prediction pays; each formula is held against a simulation.</summary>
public sealed class CheckpointPlan
{
    private CheckpointPlan(PlanOptions options, IReadOnlyList<PlanLine> lines)
    {
        Options = options;
        Lines = lines;
    }

    /// <summary>What the plan is for.</summary>
    public PlanOptions Options { get; }

    /// <summary>One line an interval: Young, Daly and, with a predictor, Aupy et al.</summary>
    public IReadOnlyList<PlanLine> Lines { get; }

    /// <summary>The line to go by: the least waste.</summary>
    public PlanLine Best => Lines.MinBy(static l => l.Waste)!;

    /// <summary>Whether prediction wastes less than the best without it.</summary>
    public bool PredictionPays => Lines.Any(static l => l.UsesPrediction) && Lines.Where(static l => l.UsesPrediction).Min(static l => l.Waste) < Lines.Where(static l => !l.UsesPrediction).Min(static l => l.Waste);

    /// <summary>The precision below which prediction does not pay.</summary>
    public double BreakEvenPrecision => WasteFormulas.BreakEvenPrecision(WasteFormulas.Young(Options.Mtbf.TotalSeconds, Options.Checkpoint.TotalSeconds), Options);

    /// <summary>Makes a plan.</summary>
    /// <param name="options">What it is for.</param>
    public static CheckpointPlan Make(PlanOptions options)
    {
        if (options.Problem() is { } problem) throw new PredictorException(problem);
        double mtbf = options.Mtbf.TotalSeconds, checkpoint = options.Checkpoint.TotalSeconds;
        var lines = new List<PlanLine>
        {
            Line("Young", WasteFormulas.Young(mtbf, checkpoint), options, 0, 1),
            Line("Daly", WasteFormulas.Daly(mtbf, checkpoint), options, 0, 1),
        };
        if (options.Recall > 0) lines.Add(Line("Aupy et al.", WasteFormulas.WithPrediction(mtbf, checkpoint, options.Recall), options, options.Recall, options.Precision));
        return new CheckpointPlan(options, lines);
    }

    /// <summary>Waste over the interval as SVG, with and without prediction.</summary>
    public string ToSvg()
    {
        double best = WasteFormulas.Young(Options.Mtbf.TotalSeconds, Options.Checkpoint.TotalSeconds);
        double from = best / 12 / 60, to = best * 12 / 60;
        double[] minutes = [.. Enumerable.Range(0, 161).Select(i => from * Math.Pow(to / from, i / 160.0))];
        double top = Math.Min(1, minutes.Max(m => WasteFormulas.Waste(m * 60, Options, 0, 1)) * 1.05);
        var plot = new SvgPlot((from, to), (0, top), "minutes between checkpoints", "wasted share of the time", isLogX: true);
        plot.Line(minutes.Select(m => (m, WasteFormulas.Waste(m * 60, Options, 0, 1))), "#8796a8");
        if (Options.Recall > 0) plot.Line(minutes.Select(m => (m, WasteFormulas.Waste(m * 60, Options, Options.Recall, Options.Precision))), "#1f6fb2");
        foreach (PlanLine line in Lines)
        {
            plot.Dot(line.Interval.TotalMinutes, line.Waste, 5, line.UsesPrediction ? "#1f6fb2" : "#8796a8");
            plot.Dot(line.Interval.TotalMinutes, line.SimulatedWaste, 7, "none", "#d1495b");
        }

        plot.Note(from * 1.15, top * 0.96, Options.Recall > 0 ? "grey: without prediction; blue: with; red rings: simulated" : "red rings: simulated");
        return plot.ToString();
    }

    private static PlanLine Line(string name, double intervalS, PlanOptions options, double recall, double precision)
    {
        (double waste, double error) = JobSimulation.Run(intervalS, options, recall, precision);
        return new PlanLine(name, TimeSpan.FromSeconds(intervalS), recall > 0, WasteFormulas.Waste(intervalS, options, recall, precision), waste, error);
    }
}

/// <summary>An interval and what it wastes.</summary>
/// <param name="Rule">Whose rule it is.</param>
/// <param name="Interval">Work between two checkpoints.</param>
/// <param name="UsesPrediction">Whether predicted failures are moved away from.</param>
/// <param name="Waste">The wasted share of the time by the formula, to first order.</param>
/// <param name="SimulatedWaste">The same, simulated.</param>
/// <param name="StandardError">The standard error of the simulated one.</param>
public sealed record PlanLine(string Rule, TimeSpan Interval, bool UsesPrediction, double Waste, double SimulatedWaste, double StandardError);
