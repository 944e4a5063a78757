namespace HpcVirt.Hypervisor.Qemu;

/// <summary>QEMU's words for what a guest does, in ours.</summary>
internal static class GuestConditions
{
    public const string Running = "running";
    public const string Arriving = "inmigrate";
    public const string Left = "postmigrate";

    /// <summary>It stands still while the rest of its state is sent, and for a moment afterwards.</summary>
    public const string Sending = "finish-migrate";

    public static GuestCondition Of(string status) => status switch
    {
        Running => GuestCondition.Running,
        "paused" or "prelaunch" or Left or Sending or "save-vm" or "restore-vm" or "debug" or "suspended" => GuestCondition.Paused,
        Arriving => GuestCondition.Arriving,
        "internal-error" or "io-error" or "guest-panicked" or "shutdown" or "watchdog" or "colo" => GuestCondition.Failed,
        _ => GuestCondition.Unknown,
    };

    /// <summary>
    /// Which of two processes of one guest is the guest: one that works, one that is stopped, one that has failed, one whose state has gone elsewhere, one that
    /// still waits for a state.
    /// </summary>
    public static int Precedence(string status) => status switch
    {
        Running => 4,
        Left => 1,
        Arriving => 0,
        _ => Of(status) is GuestCondition.Paused ? 3 : 2,
    };
}
