using System;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// The command line of the heat plate program, read before the job begins: what takes a lost rank's place then has read it while it waited, and nobody
/// waits for that.
/// </summary>
public sealed class StencilCommand
{
    /// <summary>The exit code of a command line that cannot be carried out.</summary>
    public const int UsageError = 2;

    private readonly StencilOptions? _options;
    private readonly string _output;
    private readonly string _error;
    private readonly int _exitCode;

    private StencilCommand(StencilOptions? options, string output, string error, int exitCode) =>
        (_options, _output, _error, _exitCode) = (options, output, error, exitCode);

    /// <summary>Runs <paramref name="body"/> with what the command line says, or says what is wrong with it.</summary>
    /// <param name="output">Takes the answer to <c>--help</c>.</param>
    /// <param name="error">Takes what is wrong; only one rank of a job should show it.</param>
    /// <param name="body">The program; its result is the exit code.</param>
    /// <returns>The exit code of the program, or 2 when the command line is wrong, on every rank alike.</returns>
    public int Run(TextWriter output, TextWriter error, Func<StencilOptions, int> body)
    {
        output.Write(_output);
        error.Write(_error);
        try
        {
            return _options is null ? _exitCode : body(_options);
        }
        catch (StencilOptionException mistake)
        {
            error.WriteLine($"stencil: {mistake.Message}");
            return UsageError;
        }
    }

    /// <summary>Reads the command line. Says nothing yet.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <returns>What to run.</returns>
    public static StencilCommand Parse(string[] args)
    {
        StencilOptions? options = null;
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = Parse(args, output, error, read =>
        {
            options = read;
            return 0;
        });
        return new StencilCommand(options, output.ToString(), error.ToString(), exitCode);
    }

    private static int Parse(string[] args, TextWriter output, TextWriter error, Func<StencilOptions, int> body)
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
