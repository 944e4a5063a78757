using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Predictor.Engines;

/// <summary>Picks the engine: by name, or with <c>auto</c> the first of a list that is available; says which and why.</summary>
public static class EngineChoice
{
    /// <summary>The word that leaves the choice to this class.</summary>
    public const string Auto = "auto";

    /// <summary>The engine to train with.</summary>
    /// <param name="name">An engine's name, or <see cref="Auto"/>.</param>
    /// <param name="trainers">All engines, the preferred ones first.</param>
    public static (IFailureModelTrainer Trainer, string Reason) Choose(string name, IReadOnlyList<IFailureModelTrainer> trainers)
    {
        if (name != Auto)
        {
            IFailureModelTrainer asked = Find(name, trainers);
            return asked.Problem() is { } problem ? throw new EngineMissingException(name, problem) : (asked, "asked for");
        }

        var passed = new List<string>();
        foreach (IFailureModelTrainer trainer in trainers)
        {
            if (trainer.Problem() is not { } problem) return (trainer, passed.Count == 0 ? "the preferred engine" : string.Join("; ", passed));
            passed.Add($"{trainer.Name} is not available ({problem})");
        }

        throw new EngineMissingException(name, string.Join("; ", passed));
    }

    /// <summary>The engine of a name, whether it can train here or not.</summary>
    /// <param name="name">The engine's name.</param>
    /// <param name="trainers">All engines.</param>
    public static IFailureModelTrainer Find(string name, IReadOnlyList<IFailureModelTrainer> trainers) =>
        trainers.FirstOrDefault(t => t.Name == name) ?? throw new EngineMissingException(name, $"there is no such engine; there are {string.Join(", ", trainers.Select(static t => t.Name))}.");
}
