using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;

namespace HpcVirt.Samples.Stencil;

/// <summary>The command line of the heat plate program.</summary>
public static class StencilCommand
{
    /// <summary>The exit code of a command line that cannot be carried out.</summary>
    public const int UsageError = 2;

    /// <summary>Reads the command line and runs <paramref name="body"/> with it.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="output">Takes the answer to <c>--help</c>.</param>
    /// <param name="error">Takes what is wrong; only one rank of a job should show it.</param>
    /// <param name="body">The program; its result is the exit code.</param>
    /// <returns>The exit code of the program, or 2 when the command line is wrong, on every rank alike.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error, Func<StencilOptions, int> body)
    {
        var defaults = new StencilOptions();
        var rows = new Option<int>("--rows") { Description = "rows of the plate", DefaultValueFactory = _ => defaults.Rows };
        var columns = new Option<int>("--columns") { Description = "columns of the plate", DefaultValueFactory = _ => defaults.Columns };
        var steps = new Option<long>("--steps") { Description = "steps from the cold plate to the end", DefaultValueFactory = _ => defaults.Steps };
        var decomposition = new Option<string>("--decomposition") { Description = "row strips or a grid of tiles", DefaultValueFactory = _ => "1d" };
        decomposition.AcceptOnlyFromAmong("1d", "2d");
        var image = new Option<string?>("--image") { Description = "draw the plate into this PNG file", HelpName = "FILE.png" };
        var result = new Option<string?>("--result") { Description = "write the plate as raw little-endian doubles, row by row", HelpName = "FILE" };
        var checksum = new Option<bool>("--checksum") { Description = "print the SHA-256 of the plate, the same for any number of ranks" };
        var log = new Option<string?>("--log") { Description = "note the greatest change of each step in this file, one line per step", HelpName = "FILE" };
        var stepDelay = new Option<int>("--step-delay-ms") { Description = "pause after each step, to watch", DefaultValueFactory = _ => 0 };

        var command = new RootCommand("A heated plate: the five-point stencil on any number of MPI ranks.")
        {
            rows, columns, steps, decomposition, image, result, checksum, log, stepDelay,
        };
        command.SetAction(parsed => body(new StencilOptions
        {
            Rows = parsed.GetValue(rows),
            Columns = parsed.GetValue(columns),
            Steps = parsed.GetValue(steps),
            Dimensions = parsed.GetValue(decomposition) == "2d" ? 2 : 1,
            Image = parsed.GetValue(image),
            Result = parsed.GetValue(result),
            Checksum = parsed.GetValue(checksum),
            Log = parsed.GetValue(log),
            StepDelay = TimeSpan.FromMilliseconds(parsed.GetValue(stepDelay)),
        }.Validate()));

        ParseResult parsed = command.Parse(args);
        foreach (ParseError mistake in parsed.Errors)
            error.WriteLine($"stencil: {mistake.Message}");
        if (parsed.Errors.Count > 0)
        {
            error.WriteLine("stencil: 'stencil --help' lists the options");
            return UsageError;
        }
        try
        {
            return parsed.Invoke(new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        }
        catch (StencilOptionException mistake)
        {
            error.WriteLine($"stencil: {mistake.Message}");
            return UsageError;
        }
    }
}
