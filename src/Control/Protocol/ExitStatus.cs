namespace HpcVirt.Control.Protocol;

/// <summary>How a process ended: by itself with a code, or by a signal.</summary>
/// <param name="Code">Exit code as a shell shows it (128 + n for signal n).</param>
/// <param name="Signal">Number of the signal that ended it; null if it ended by itself.</param>
internal readonly record struct ExitStatus(int Code, int? Signal)
{
    private const int SigHup = 1;
    private const int SigInt = 2;
    private const int SigKill = 9;
    private const int SigTerm = 15;

    public static ExitStatus OfCode(int code) => new(code, null);

    public static ExitStatus OfSignal(int signal) => new(128 + signal, signal);

    /// <summary>True if something outside the program ended it. A program does not kill itself twice at the same place; a bad host may.</summary>
    public bool IsFromOutside => Signal is SigHup or SigInt or SigKill or SigTerm;

    public override string ToString() => Signal is { } signal ? $"killed by signal {signal}" : $"exit code {Code}";
}
