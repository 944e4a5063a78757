using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Checkers;

/// <summary>
/// From the first rank's action to the last one's, no message of the program may be in flight, and nobody may send. Counts messages itself: it does not
/// know the protocol's counters.
/// </summary>
internal sealed class SilenceChecker(int ranks, Findings findings)
{
    private long _inFlight;
    private int _acting;
    private int _acted;

    public void Sent(int rank)
    {
        _inFlight++;
        if (_acting > 0)
            findings.Add($"silence: rank {rank} sends while {_acted} of {ranks} ranks have acted");
    }

    public void Taken() => _inFlight--;

    /// <summary>A rank acts. Besides messages in flight, what it would leave behind if it were saved now is a fault.</summary>
    public void Acts(int rank, Machine machine)
    {
        _acting++;
        ref RankState state = ref machine.Ranks[rank];
        if (_inFlight != 0)
            findings.Add($"silence: {_inFlight} message(s) are in flight while rank {rank} acts");
        if (state.UnexpectedFirst != 0)
            findings.Add($"silence: rank {rank} acts and has not taken in a message that has come");
        for (int request = state.Requests; request != 0; request = machine.Requests[request].NextOfRank)
        {
            if (machine.Requests[request] is { IsComplete: false, Kind: not RequestKind.Receive })
                findings.Add($"silence: rank {rank} acts with an open {machine.Requests[request].Kind} request");
        }
    }

    public void HasActed()
    {
        // The job is held until everybody has acted.
        if (++_acted < ranks)
            return;
        _acted = 0;
        _acting = 0;
    }
}
