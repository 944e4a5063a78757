using System.Collections.Generic;
using System.Threading;
using MPI.Native;

namespace MPI;

/// <summary>A receive that takes its message from a matched probe.</summary>
internal interface IPostedReceive
{
    /// <summary>The rank to receive from, or the wildcard.</summary>
    int Source { get; }

    /// <summary>The tag to receive, or the wildcard.</summary>
    int Tag { get; }

    /// <summary>Starts to receive the message that was matched. Does not throw: a failure is kept for the request's own Wait.</summary>
    unsafe void Bind(nint message, NativeStatus* probed);
}

/// <summary>
/// The receives of one communicator that have no native counterpart yet, in posting order. The size of a serialized value is not known before it
/// arrives, so its receive is no MPI_Irecv: it waits here and is matched by probing. Everything that could take its message away, which is any
/// later receive or probe that overlaps with it, passes through here too.
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

    /// <summary>Whether any receive of this process waits to be matched.</summary>
    public static bool AnyUnmatched => Waiting.Count > 0;

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

    /// <summary>Whether a receive or probe posted now must queue behind one that waits.</summary>
    public bool Overlaps(int source, int tag)
    {
        lock (Gate)
        {
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
                Waiting.Add(this);
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
    public bool TryMatch(int source, int tag, nint* message, NativeStatus* status)
    {
        lock (Gate)
            return TryProbe(source, tag, status) && TakeSeen(message, status);
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
                nint message = 0;
                if (!TakeSeen(&message, &status))
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
        int found = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Iprobe(source, tag, communicator.Handle, &found, status), "MPI_Iprobe", communicator);
        return found != 0;
    }

    private bool TakeSeen(nint* message, NativeStatus* status)
    {
        int found = 0;
        *message = 0;
        int code = NativeMpi.MPI_Improbe(status->Source, status->Tag, communicator.Handle, &found, message, status);
        ErrorCheck.ThrowIfFailed(code, "MPI_Improbe", communicator);
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
            Waiting.Remove(this);
        return wasThere;
    }
}
