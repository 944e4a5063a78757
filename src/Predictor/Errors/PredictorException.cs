using System;

namespace HpcVirt.Predictor;

/// <summary>The root of all errors of this library: says what happened, where, and what to do next.</summary>
public class PredictorException : Exception
{
    /// <summary>An error with its whole story in <paramref name="message"/>.</summary>
    public PredictorException(string message)
        : base(message)
    {
    }

    /// <summary>An error that another one caused.</summary>
    public PredictorException(string message, Exception? cause)
        : base(message, cause)
    {
    }
}
