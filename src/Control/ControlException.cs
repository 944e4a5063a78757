using System;

namespace HpcVirt.Control;

/// <summary>Root of the errors of this project: a sentence for the person at the terminal and the exit code it leads to.</summary>
public sealed class ControlException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="exitCode">Exit code of the tool.</param>
    /// <param name="message">What happened, where, and what to do next.</param>
    /// <param name="cause">The error beneath, if there is one.</param>
    public ControlException(ExitCode exitCode, string message, Exception? cause = null)
        : base(message, cause)
    {
        ExitCode = exitCode;
    }

    /// <summary>Exit code of the tool.</summary>
    public ExitCode ExitCode { get; }
}
