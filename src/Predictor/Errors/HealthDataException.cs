namespace HpcVirt.Predictor;

/// <summary>A file of health data is missing, or a row of it is not what its form demands.</summary>
public sealed class HealthDataException : PredictorException
{
    /// <summary>Names the file, the line, and what is wrong there.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="line">The line, counted from 1; 0 for the file as a whole.</param>
    /// <param name="reason">What is wrong, and what to do next.</param>
    public HealthDataException(string file, long line, string reason)
        : base(line > 0 ? $"{file}, line {line}: {reason}" : $"{file}: {reason}")
    {
        File = file;
        Line = line;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1; 0 for the file as a whole.</summary>
    public long Line { get; }
}
