namespace HpcVirt.Predictor;

/// <summary>A model file is foreign, truncated, damaged, newer than this program, or does not fit its input.</summary>
public sealed class ModelFileException : PredictorException
{
    /// <summary>Names the file and what is wrong with it.</summary>
    /// <param name="file">The file's path.</param>
    /// <param name="reason">What is wrong, and what to do next.</param>
    public ModelFileException(string file, string reason)
        : base($"{file}: {reason}") => File = file;

    /// <summary>The file's path.</summary>
    public string File { get; }
}
