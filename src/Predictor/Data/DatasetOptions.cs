using System;

namespace HpcVirt.Predictor.Data;

/// <summary>How a folder of health data is read. Immutable.</summary>
public sealed record DatasetOptions
{
    /// <summary>Whether the first row that cannot be read ends the reading; otherwise such rows are counted and left out.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The zone of times that name none; UTC by default.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The step of the grid where dataset.json gives none.</summary>
    public TimeSpan Step { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many values are held in memory while readings are sorted by time; what is more goes to temporary files.</summary>
    public int SortValuesMax { get; init; } = 8 << 20;

    /// <summary>Where those temporary files go; null for the directory for temporary files.</summary>
    public string? Scratch { get; init; }

    /// <summary>What is wrong with these options, or null.</summary>
    public string? Problem() => this switch
    {
        { Step.Ticks: <= 0 } => $"The option Step is {Step}; the grid needs a step above zero.",
        { SortValuesMax: < 1024 } => $"The option SortValuesMax is {SortValuesMax}; give at least 1024 values.",
        _ => null,
    };
}
