namespace HpcVirt.Control.Native;

/// <summary>Numbers of the signals that the supervisor sends or receives; the same on x86-64 and arm64.</summary>
internal static class Signals
{
    public const int Hangup = 1;
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int User1 = 10;
    public const int User2 = 12;
    public const int Terminate = 15;

    /// <summary>The name by which people know a signal that the supervisor receives.</summary>
    public static string NameOf(int signal) => signal switch
    {
        Hangup => "SIGHUP",
        Interrupt => "SIGINT",
        User1 => "SIGUSR1",
        User2 => "SIGUSR2",
        Terminate => "SIGTERM",
        _ => $"signal {signal}",
    };
}
