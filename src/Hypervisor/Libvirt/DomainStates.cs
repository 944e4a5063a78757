namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>libvirt's numbers for what a domain does (<c>virDomainState</c> and its reasons), in our words.</summary>
internal static class DomainStates
{
    public const int Running = 1;
    public const int Blocked = 2;
    public const int Paused = 3;
    public const int ShuttingDown = 4;
    public const int ShutOff = 5;
    public const int Crashed = 6;
    public const int Suspended = 7;

    private const int PausedByDiskError = 5;
    private const int PausedByWatchdog = 6;
    private const int PausedByCrash = 10;
    private const int PausedInPostcopy = 12;
    private const int PausedByFailedPostcopy = 13;

    public static GuestCondition Of(int state, int reason) => state switch
    {
        Running or Blocked => GuestCondition.Running,
        Paused when reason is PausedByDiskError or PausedByWatchdog or PausedByCrash or PausedInPostcopy or PausedByFailedPostcopy => GuestCondition.Failed,
        Paused or Suspended => GuestCondition.Paused,
        ShutOff => GuestCondition.Absent,
        ShuttingDown or Crashed => GuestCondition.Failed,
        _ => GuestCondition.Unknown,
    };

    public static string Words(int state, int reason) => state switch
    {
        Running or Blocked => "running",
        Paused => reason switch
        {
            PausedByDiskError => "paused by a disk's error",
            PausedByWatchdog => "paused by its watchdog",
            PausedByCrash => "paused by a crash",
            PausedInPostcopy => "its memory goes after it to another host",
            PausedByFailedPostcopy => "its memory is on two hosts, and the connection between them broke",
            _ => "paused",
        },
        ShuttingDown => "shutting down",
        ShutOff => "shut off",
        Crashed => "crashed",
        Suspended => "suspended by itself",
        _ => $"in state {state}",
    };
}
