using System;
using System.IO;
using NUnit.Framework;

namespace HpcVirt.Samples.Stencil.Tests;

public sealed class StencilCommandTests
{
    [Test]
    public void Without_options_the_plate_is_the_documented_one()
    {
        (int exitCode, StencilOptions? options, _, _) = Run();

        Assert.That(exitCode, Is.Zero);
        Assert.That(options, Is.EqualTo(new StencilOptions { Rows = 512, Columns = 512, Steps = 100, Dimensions = 1 }));
    }

    [Test]
    public void Every_option_reaches_the_program()
    {
        (_, StencilOptions? options, _, _) = Run(
            "--rows", "7", "--columns", "9", "--steps", "3", "--decomposition", "2d", "--image", "a.png", "--result", "b", "--checksum", "--step-delay-ms", "40");

        Assert.That(options, Is.EqualTo(new StencilOptions
        {
            Rows = 7,
            Columns = 9,
            Steps = 3,
            Dimensions = 2,
            Image = "a.png",
            Result = "b",
            Checksum = true,
            StepDelay = TimeSpan.FromMilliseconds(40),
        }));
    }

    [TestCase("--rows", "2", "--rows 2 leaves no cell")]
    [TestCase("--columns", "-4", "--columns -4 leaves no cell")]
    [TestCase("--steps", "-1", "--steps -1 is negative")]
    [TestCase("--step-delay-ms", "60001", "give 0 to 60000")]
    [TestCase("--rows", "many", "many")]
    [TestCase("--decomposition", "3d", "3d")]
    [TestCase("--colour", "red", "--colour")]
    public void A_wrong_option_is_named_and_nothing_runs(string option, string value, string message)
    {
        (int exitCode, StencilOptions? options, _, string error) = Run(option, value);

        Assert.That(exitCode, Is.EqualTo(StencilCommand.UsageError));
        Assert.That(options, Is.Null);
        Assert.That(error, Does.StartWith("stencil: ").And.Contain(message));
    }

    [Test]
    public void Image_and_result_must_not_be_one_file()
    {
        (int exitCode, _, _, string error) = Run("--image", "x", "--result", "./x");

        Assert.That(exitCode, Is.EqualTo(StencilCommand.UsageError));
        Assert.That(error, Does.Contain("same file"));
    }

    [Test]
    public void Help_lists_the_options_and_runs_nothing()
    {
        (int exitCode, StencilOptions? options, string output, _) = Run("--help");

        Assert.That(exitCode, Is.Zero);
        Assert.That(options, Is.Null);
        Assert.That(output, Does.Contain("--rows").And.Contain("--decomposition").And.Contain("--checksum"));
    }

    [Test]
    public void The_exit_code_is_the_one_of_the_program()
    {
        Assert.That(StencilCommand.Parse([]).Run(TextWriter.Null, TextWriter.Null, _ => 7), Is.EqualTo(7));
    }

    [Test]
    public void A_plate_that_the_program_refuses_is_a_usage_error()
    {
        var error = new StringWriter();

        int exitCode = StencilCommand.Parse([]).Run(TextWriter.Null, error, _ => throw new StencilOptionException("too small: give more"));

        Assert.That(exitCode, Is.EqualTo(StencilCommand.UsageError));
        Assert.That(error.ToString().Trim(), Is.EqualTo("stencil: too small: give more"));
    }

    private static (int ExitCode, StencilOptions? Options, string Output, string Error) Run(params string[] args)
    {
        StencilOptions? seen = null;
        var output = new StringWriter();
        var error = new StringWriter();
        int exitCode = StencilCommand.Parse(args).Run(output, error, options =>
        {
            seen = options;
            return 0;
        });
        return (exitCode, seen, output.ToString(), error.ToString());
    }
}
