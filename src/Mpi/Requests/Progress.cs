using System;
using System.Threading;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// Where the binding waits for native requests: the only caller of MPI_Wait and MPI_Test. While nothing else has to happen, waiting is the
/// library's; otherwise waits poll, and every turn makes progress with all that the binding matches itself.
/// </summary>
internal static unsafe class Progress
{
    /// <summary>Fruitless turns before the core is given away: about the time in which a message comes when its sender is running.</summary>
    private const int TurnsBeforeYield = 64;

    private const int LooksAfterCancel = 1000;

    private static Action? s_interruption;

    /// <summary>The native request in whose wait an interruption takes place, or zero: it is ended by that wait.</summary>
    public static nint WaitedFor { get; private set; }

    /// <summary>
    /// What the rank's thread does in the middle of its next or present wait, if that polls. Set by any thread. It may throw: then the request that
    /// was waited for is given up.
    /// </summary>
    public static Action? Interruption
    {
        get => Volatile.Read(ref s_interruption);
        set => Volatile.Write(ref s_interruption, value);
    }

    /// <summary>Waits for one request.</summary>
    /// <returns>The native error code.</returns>
    public static int Wait(ref nint request, NativeStatus* status)
    {
        nint handle = request;
        int code;
        if (!CallPath.IsPolled)
        {
            code = NativeMpi.MPI_Wait(&handle, status);
        }
        else
        {
            int isComplete = 0;
            int turn = 0;
            while ((code = NativeMpi.MPI_Test(&handle, &isComplete, status)) == 0 && isComplete == 0)
            {
                if (s_interruption is not null)
                    InterruptIn(handle);
                Pause(ref turn);
            }
        }

        request = handle;
        return code;
    }

    /// <summary>Asks after one request.</summary>
    /// <returns>The native error code.</returns>
    public static int Test(ref nint request, out bool isComplete, NativeStatus* status)
    {
        nint handle = request;
        int flag = 0;
        int code = NativeMpi.MPI_Test(&handle, &flag, status);
        isComplete = flag != 0;
        request = handle;
        return code;
    }

    /// <summary>Takes the next message of any source and tag out of a communicator's matching, if one has come.</summary>
    public static bool TryTake(nint communicator, out nint message, NativeStatus* status) => TryTake(communicator, Abi.AnySource, Abi.AnyTag, out message, status);

    /// <summary>Takes the next message of a source and a tag out of a communicator's matching, if one has come.</summary>
    public static bool TryTake(nint communicator, int source, int tag, out nint message, NativeStatus* status)
    {
        nint taken = 0;
        int found = 0;
        int code = NativeMpi.MPI_Improbe(source, tag, communicator, &found, &taken, status);
        ErrorCheck.ThrowIfFailed(code, "MPI_Improbe");
        message = taken;
        return found != 0;
    }

    /// <summary>Does what somebody else wants of this thread, if anything.</summary>
    public static void LookUp() => Interruption?.Invoke();

    /// <summary>
    /// Within a wait. The interruption ends with all ranks of the new world in a barrier, so that what they sent before has arrived; the memory of
    /// the request is still held by the caller. A receive that nobody serves any more is cancelled.
    /// </summary>
    private static void InterruptIn(nint handle)
    {
        WaitedFor = handle;
        try
        {
            LookUp();
        }
        catch
        {
            _ = EndQuietly(handle);
            throw;
        }
        finally
        {
            WaitedFor = 0;
        }
    }

    /// <summary>
    /// Cancels a request if that is possible, and looks after it for a little; false if it is not over then. The handle is not to be used any more: the
    /// library gives the request of one that is over to somebody else.
    /// </summary>
    public static bool EndQuietly(nint handle)
    {
        // Fails for the request of a collective: its senders have stopped, and what they had sent is here.
        _ = NativeMpi.MPI_Cancel(&handle);
        int isComplete = 0;
        NativeStatus ignored;
        for (int look = 0; look < LooksAfterCancel && isComplete == 0; look++)
        {
            if (NativeMpi.MPI_Test(&handle, &isComplete, &ignored) != 0)
                break;
        }

        return isComplete != 0;
    }

    /// <summary>Between two fruitless looks: makes progress elsewhere, and gives the core away when the wait gets longer.</summary>
    /// <param name="turn">Counts the looks of one wait; starts at zero.</param>
    public static void Pause(ref int turn)
    {
        TrafficLedger.EnterCall();
        if (s_interruption is not null)
            LookUp();
        PostedReceives.AdvanceAll();
        if (turn < TurnsBeforeYield)
            turn++;
        else
            LibC.YieldProcessor();
    }
}
