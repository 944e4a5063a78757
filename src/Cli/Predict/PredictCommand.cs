using System;
using System.CommandLine;
using HpcVirt.Control;
using HpcVirt.Predictor;

namespace HpcVirt.Cli.Predict;

/// <summary><c>hpcvirt predict</c>: the verbs of the failure predictor.</summary>
internal static class PredictCommand
{
    public static Command Create() => new("predict", PredictTexts.Predict)
    {
        SimulateFleetCommand.Create(), TrainCommand.Create(), EvaluateCommand.Create(), ExplainCommand.Create(), WatchCommand.Create(),
    };

    /// <summary>Runs a verb; what the predictor refuses is told in one line, with the exit code that fits it.</summary>
    public static int Run(Func<int> verb)
    {
        try
        {
            return verb();
        }
        catch (PredictorException error)
        {
            Console.Error.WriteLine($"hpcvirt: {error.Message}");
            return (int)(error switch
            {
                HealthDataException => ExitCode.BadInput,
                ModelFileException => ExitCode.BadInput,
                EngineMissingException => ExitCode.EngineMissing,
                _ => ExitCode.Usage,
            });
        }
    }
}
