using System.Collections.Generic;
using System.Text.Json.Serialization;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Predictor.Features;

/// <summary>Where a feature comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeatureSource>))]
internal enum FeatureSource
{
    /// <summary>One sensor of the node.</summary>
    Sensor,

    /// <summary>The node's events of one token: a kind, a kind and code, or a message template.</summary>
    Event,

    /// <summary>The node's failures so far, of all kinds or of one.</summary>
    Failure,

    /// <summary>Events or failures of the other nodes of the node's group.</summary>
    Neighbours,

    /// <summary>A static attribute of the node.</summary>
    Node,

    /// <summary>The rows of the node's readings, whatever they say.</summary>
    Rows,

    /// <summary>The calendar.</summary>
    Clock,

    /// <summary>A column of a feature table.</summary>
    Column,
}

/// <summary>What is computed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FeatureStat>))]
internal enum FeatureStat
{
    /// <summary>The value that holds.</summary>
    Last,

    /// <summary>The value that holds less the one that held when the window began.</summary>
    Change,

    /// <summary>The sum of all rises in the window; a fall of a counter is a reset, and the new value counts as rise.</summary>
    Increase,

    /// <summary>The mean of the readings.</summary>
    Mean,

    /// <summary>The smallest reading.</summary>
    Min,

    /// <summary>The largest reading.</summary>
    Max,

    /// <summary>The slope of a line through the window's parts, per hour.</summary>
    Slope,

    /// <summary>How many of the window's standard deviations the last value is from the window's mean.</summary>
    Deviation,

    /// <summary>How many standard deviations of the fleet the last value is from the fleet's mean, both on a logarithmic scale.</summary>
    Fleet,

    /// <summary>How often it happened in the window; without a window, ever.</summary>
    Count,

    /// <summary>Hours since it happened last, or since the row or the time.</summary>
    Since,

    /// <summary>Hours between the last and the one before it.</summary>
    Gap,

    /// <summary>Hours the last repair took.</summary>
    Length,

    /// <summary>How often it happened per 1000 hours of observation.</summary>
    Rate,

    /// <summary>A number as it is.</summary>
    Value,

    /// <summary>A word's place among the words of training, by the share of failing points.</summary>
    Rank,

    /// <summary>Hour of the day, UTC.</summary>
    HourOfDay,

    /// <summary>Day of the week, Monday is 0.</summary>
    DayOfWeek,
}

/// <summary>One feature, declared.</summary>
/// <param name="Source">Where it comes from.</param>
/// <param name="Of">The sensor, token, kind, attribute or column.</param>
/// <param name="Stat">What is computed.</param>
/// <param name="WindowS">Over how long, in seconds; 0 without a window.</param>
internal sealed record FeatureSpec(FeatureSource Source, string Of, FeatureStat Stat, long WindowS = 0)
{
    /// <summary>For <see cref="FeatureStat.Rank"/>: the words of training and what stands for each.</summary>
    public IReadOnlyDictionary<string, float>? Words { get; init; }

    /// <summary>Its name, such as <c>sensor fan1 slope 24h</c>.</summary>
    [JsonIgnore]
    public string Name
    {
        get
        {
            string of = Of.Length > 0 ? " " + Of : "";
            string source = Source == FeatureSource.Column ? "" : Source.ToString().ToLowerInvariant();
            string stat = Source == FeatureSource.Column && Stat == FeatureStat.Value ? "" : " " + Stat.ToString().ToLowerInvariant();
            return (source + of + stat + (WindowS > 0 ? " " + DurationText.Format(WindowS) : "")).Trim();
        }
    }
}
