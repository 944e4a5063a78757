using System.Collections.Generic;
using System.Threading;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>A receive that takes its message from a matched probe.</summary>
internal interface IPostedReceive
{
    /// <summary>The rank to receive from, or the wildcard.</summary>
    int Source { get; }

    /// <summary>The tag to receive, or the wildcard.</summary>
    int Tag { get; }

    /// <summary>Starts to receive the message that was matched. Does not throw: a failure is kept for the request's own Wait.</summary>
    unsafe void Bind(in TakenMessage message, NativeStatus* probed);
}

/// <summary>
/// The receives of one communicator that have no native counterpart yet, in posting order, and its messages that were captured. The size of a
/// serialized value is not known before it arrives, so its receive is no MPI_Irecv: it waits here and is matched by probing. Everything that
/// could take its message away, which is any later receive or probe that overlaps with it, passes through here too.
/// </summary>
/// <remarks>
/// To match in posting order, a message is first looked at (MPI_Iprobe) and then taken (MPI_Improbe) for the oldest receive that fits it. The
/// look says source and tag; messages do not overtake, so that the first message of just that source and tag is the one that was seen.
/// </remarks>
internal sealed unsafe class PostedReceives(Communicator communicator)
{
    private static readonly Lock Gate = new();
    private static readonly List<PostedReceives> Waiting = [];

    private readonly List<IPostedReceive> _unmatched = [];

    /// <summary>The messages that were captured and the program has not received.</summary>
    public CapturedMessages Captured { get; } = new();

    /// <summary>Waits for nothing any more.</summary>
    /// <returns>What waited.</returns>
    public static IReadOnlyList<object> AbandonAll()
    {
        lock (Gate)
        {
            object[] waiting = [.. Waiting];
            Waiting.Clear();
            return waiting;
        }
    }

    /// <summary>Matches what can be matched on all communicators.</summary>
    public static void AdvanceAll()
    {
        if (Waiting.Count == 0)
            return;
        lock (Gate)
        {
            // Backwards: a communicator leaves the list when its last receive is matched.
            for (int index = Waiting.Count - 1; index >= 0; index--)
                Waiting[index].AdvanceLocked();
        }
    }

    /// <summary>Whether a receive or probe posted now must queue behind one that waits, or finds a captured message.</summary>
    public bool Concerns(int source, int tag)
    {
        lock (Gate)
        {
            if (Captured.Find(source, tag) is not null)
                return true;
            foreach (IPostedReceive earlier in _unmatched)
            {
                if (MeetEachOther(earlier.Source, source, Abi.AnySource) && MeetEachOther(earlier.Tag, tag, Abi.AnyTag))
                    return true;
            }

            return false;
        }
    }

    /// <summary>Appends a receive, and matches it at once if its message is here. An impossible rank or tag is reported here, as MPI_Irecv would.</summary>
    public void Post(IPostedReceive receive)
    {
        lock (Gate)
        {
            if (_unmatched.Count == 0)
                Enter();
            _unmatched.Add(receive);
            try
            {
                AdvanceLocked();
            }
            catch
            {
                Remove(receive);
                throw;
            }
        }
    }

    /// <summary>Takes a receive out again, because it is cancelled.</summary>
    /// <returns>False if it was matched already.</returns>
    public bool Withdraw(IPostedReceive receive)
    {
        lock (Gate)
        {
            AdvanceLocked();
            return Remove(receive);
        }
    }

    /// <summary>Matches what can be matched on this communicator.</summary>
    public void Advance()
    {
        lock (Gate)
            AdvanceLocked();
    }

    /// <summary>Looks for a message that none of the waiting receives claims.</summary>
    public bool TryProbe(int source, int tag, NativeStatus* status)
    {
        lock (Gate)
        {
            while (Look(source, tag, status))
            {
                int owner = OldestFor(status);
                if (owner == _unmatched.Count)
                    return true;
                Serve(owner);
            }

            return false;
        }
    }

    /// <summary>Takes a message that none of the waiting receives claims.</summary>
    public bool TryMatch(int source, int tag, out TakenMessage message, NativeStatus* status)
    {
        lock (Gate)
        {
            message = default;
            return TryProbe(source, tag, status) && TakeSeen(out message, status);
        }
    }

    private static bool MeetEachOther(int one, int other, int wildcard) => one == other || one == wildcard || other == wildcard;

    private void AdvanceLocked()
    {
        for (int index = 0; index < _unmatched.Count;)
            index = Serve(index) is { } served ? served : index + 1;
    }

    /// <summary>Matches one receive if a message fits: the one at the index, or an older one that the message belongs to.</summary>
    /// <returns>The index at which the matched receive stood, or null if nothing has come.</returns>
    private int? Serve(int index)
    {
        NativeStatus status;
        while (Look(_unmatched[index].Source, _unmatched[index].Tag, &status))
        {
            int owner = OldestFor(&status);
            if (owner == index)
            {
                IPostedReceive receive = _unmatched[index];
                if (!TakeSeen(out TakenMessage message, &status))
                    return null;
                Remove(receive);
                receive.Bind(message, &status);
                return index;
            }

            // The message came after the older receive was looked at: look again for that one, which may have an earlier message still.
            index = owner;
        }

        return null;
    }

    private bool Look(int source, int tag, NativeStatus* status)
    {
        if (Captured.Find(source, tag) is { } captured)
        {
            *status = captured.Status();
            return true;
        }

        int found = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Iprobe(source, tag, communicator.Handle, &found, status), "MPI_Iprobe", communicator);
        return found != 0;
    }

    private bool TakeSeen(out TakenMessage message, NativeStatus* status)
    {
        if (Captured.Find(status->Source, status->Tag) is { } captured)
        {
            Captured.Remove(captured);
            message = new TakenMessage(0, captured);
            return true;
        }

        int found = 0;
        nint handle = 0;
        int code = NativeMpi.MPI_Improbe(status->Source, status->Tag, communicator.Handle, &found, &handle, status);
        ErrorCheck.ThrowIfFailed(code, "MPI_Improbe", communicator);
        message = TakenMessage.Of(handle);
        return found != 0;
    }

    private int OldestFor(NativeStatus* status)
    {
        int index = 0;
        while (index < _unmatched.Count
            && !(MeetEachOther(_unmatched[index].Source, status->Source, Abi.AnySource) && MeetEachOther(_unmatched[index].Tag, status->Tag, Abi.AnyTag)))
        {
            index++;
        }

        return index;
    }

    private bool Remove(IPostedReceive receive)
    {
        bool wasThere = _unmatched.Remove(receive);
        if (wasThere && _unmatched.Count == 0)
        {
            Waiting.Remove(this);
            CallPath.HaveWaiting(Waiting.Count > 0);
        }

        return wasThere;
    }

    private void Enter()
    {
        Waiting.Add(this);
        CallPath.HaveWaiting(true);
    }
}
