using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using HpcVirt.Predictor;
using HpcVirt.Predictor.Data;

namespace HpcVirt.Cli.Predict;

/// <summary>Options that several verbs share.</summary>
internal static class PredictOptions
{
    public static Argument<string> Directory() => new("DIR") { Description = "The folder of the health data." };

    public static Option<string> Model() => new("--model") { Description = "The model file.", HelpName = "FILE", Required = true };

    public static Option<string?> From() => new("--from") { Description = "The first point.", HelpName = "TIME" };

    public static Option<string?> To() => new("--to") { Description = "The last point.", HelpName = "TIME" };

    public static Option<string?> Period() => new("--period") { Description = "A period of dataset.json instead of --from and --to.", HelpName = "NAME" };

    public static Option<bool> Strict() => new("--strict") { Description = "End at the first row that cannot be read. Left out: such rows are counted, reported and left out." };

    public static Option<string?> Zone() => new("--time-zone") { Description = "The zone of times that name none. Left out: UTC.", HelpName = "ZONE" };

    public static Option<int> Seed() => new("--seed") { Description = "The seed of everything random.", HelpName = "SEED", DefaultValueFactory = _ => 1 };

    public static Option<int[]> Folds() => new("--fold") { Description = "For a table.csv: a fold to take. May be given several times. Left out: all.", HelpName = "N", DefaultValueFactory = _ => [] };

    /// <summary>An option whose text is a duration.</summary>
    public static Option<TimeSpan?> Duration(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result => Parsed(result, name),
    };

    public static DatasetOptions Dataset(ParseResult parsed, Option<bool> strict, Option<string?> zone)
    {
        var options = new DatasetOptions { IsStrict = parsed.GetValue(strict) };
        if (parsed.GetValue(zone) is not { } name) return options;
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? found) ? options with { Zone = found }
            : throw new PredictorException($"there is no time zone '{name}' on this machine; write for example Europe/Berlin.");
    }

    public static string Number(double value, string form = "0.####") => value.ToString(form, CultureInfo.InvariantCulture);

    private static TimeSpan? Parsed(ArgumentResult result, string name)
    {
        try
        {
            return DurationText.Parse(result.Tokens[0].Value, name);
        }
        catch (PredictorException error)
        {
            result.AddError(error.Message);
            return null;
        }
    }
}
