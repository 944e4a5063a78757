namespace MPI;

/// <summary>
/// Which way the calls of this process go. As a rule straight to the library; through the binding's own matching while it holds receives or
/// messages that the library does not know of. One static field is all that a call looks at.
/// </summary>
internal static class CallPath
{
    private static bool s_haveWaiting;
    private static int s_captured;

    /// <summary>Whether sends, receives and probes must go through <see cref="PostedReceives"/>.</summary>
    public static bool IsManaged { get; private set; }

    /// <summary>Whether waits must not be left to the library, because something else has to go on meanwhile.</summary>
    public static bool IsPolled { get; private set; }

    /// <summary>
    /// Whether collectives are started and polled. All ranks do it or none: a blocking collective and its non-blocking form do not match one another
    /// (MPI 4.1, section 6.12).
    /// </summary>
    public static bool ArePolled { get; private set; }

    /// <summary>Makes every call of this process poll, and must do so on all ranks: a rank that waits in the library can neither be told anything nor hold still.</summary>
    public static void Poll(bool always)
    {
        ArePolled = always;
        Choose();
    }

    /// <summary>Some receive waits to be matched by the binding, or none any more.</summary>
    public static void HaveWaiting(bool any)
    {
        s_haveWaiting = any;
        Choose();
    }

    /// <summary>Messages were captured, or delivered.</summary>
    public static void CountCaptured(int change)
    {
        s_captured += change;
        Choose();
    }

    /// <summary>Straight to the library, as at the beginning: nothing waits, and nothing was captured.</summary>
    public static void Reset()
    {
        ArePolled = false;
        s_haveWaiting = false;
        s_captured = 0;
        Choose();
    }

    private static void Choose()
    {
        IsPolled = ArePolled || s_haveWaiting;
        IsManaged = IsPolled || s_captured > 0;
    }
}
