using System;
using MPI.Native;

namespace MPI.Traffic;

/// <summary>
/// Who the members of a communicator are in the job: counters are kept by rank in the communicator, and compared by rank in the world. Found out at
/// the first question, and known from then on, also when the communicator is freed.
/// </summary>
internal sealed class TrafficMembers(Communicator communicator)
{
    private int[]? _worldRanks;
    private bool _isFirst;
    private int _ranks;
    private int _firstWorldRank;
    private bool _haveOutsiders;

    /// <summary>The communicator's name, for messages to people.</summary>
    public string Name { get; private set; } = communicator.Name;

    /// <summary>Whether all ranks have the same id for the communicator: not so for one that native code made.</summary>
    public bool IsIdAgreed { get; } = communicator.IsIdAgreed;

    /// <summary>Whether this rank speaks for the communicator where one of its ranks has to.</summary>
    public bool IsFirst
    {
        get
        {
            Know();
            return _isFirst;
        }
    }

    /// <summary>The ranks of the communicator, of both groups of an intercommunicator.</summary>
    public int Ranks
    {
        get
        {
            Know();
            return _ranks;
        }
    }

    /// <summary>The world rank of the one that speaks for it.</summary>
    public int FirstWorldRank
    {
        get
        {
            Know();
            return _firstWorldRank;
        }
    }

    /// <summary>Whether it has processes outside of the job, which were spawned or connected.</summary>
    public bool HaveOutsiders
    {
        get
        {
            Know();
            return _haveOutsiders;
        }
    }

    /// <summary>This process's rank in its (local) group: the number by which its peers know it.</summary>
    public int OwnRank { get; } = communicator.Rank;

    /// <summary>A peer's rank in the world communicator, or -1 for a process outside of it (spawned or connected).</summary>
    public int WorldRankOf(int peer)
    {
        Know();
        return _worldRanks is null ? peer : _worldRanks[peer];
    }

    /// <summary>Remembers everything, because the communicator is about to be freed.</summary>
    public void Know()
    {
        Name = communicator.Name;
        if (_ranks != 0 || communicator.Handle == Abi.CommNull)
            return;
        if (ReferenceEquals(communicator, Communicator.world))
        {
            (_isFirst, _ranks) = (communicator.Rank == 0, communicator.Size);
            return;
        }

        using Group world = Communicator.world.Group;
        if (communicator is Intercommunicator inter)
        {
            using Group remote = inter.RemoteGroup;
            using Group local = inter.Group;
            _worldRanks = InWorld(remote, world);
            int leader = InWorld(local, world)[0];
            _haveOutsiders = leader < 0 || _worldRanks.AsSpan().Contains(-1);

            // The group with the lower leader comes first.
            (_isFirst, _ranks) = (inter.Rank == 0 && leader < _worldRanks[0], inter.Size + inter.RemoteSize);
            _firstWorldRank = Math.Min(leader, _worldRanks[0]);
            return;
        }

        using Group members = communicator.Group;
        _worldRanks = InWorld(members, world);
        _haveOutsiders = _worldRanks.AsSpan().Contains(-1);
        (_isFirst, _ranks) = (communicator.Rank == 0, communicator.Size);
        _firstWorldRank = _worldRanks[0];
    }

    private static unsafe int[] InWorld(Group members, Group world)
    {
        int[] ranks = new int[members.Size];
        int[] translated = new int[ranks.Length];
        for (int rank = 0; rank < ranks.Length; rank++)
            ranks[rank] = rank;
        fixed (int* from = ranks)
        fixed (int* to = translated)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_translate_ranks(members.Handle, ranks.Length, from, world.Handle, to), "MPI_Group_translate_ranks");
        for (int rank = 0; rank < translated.Length; rank++)
        {
            if (translated[rank] == Abi.Undefined)
                translated[rank] = -1;
        }

        return translated;
    }
}
