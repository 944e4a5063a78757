using System;
using HpcVirt.Mpi.Resilience.Move;
using HpcVirt.Mpi.Resilience.Repair;
using MPI;
using MPI.Links;

namespace HpcVirt.Mpi.Resilience;

/// <summary>
/// The job is held without any links: all ranks close their MPI session, and open another one when they are released. Whatever the links went through
/// may have gone meanwhile: a network card, an address, a switch.
/// </summary>
public sealed partial class ResilientSession
{
    /// <summary>Called in the silence, on all ranks: agrees whether everything can be made again in another session.</summary>
    private bool CanCloseLinks()
    {
        string? obstacle = MoveReadiness.NativeObstacle;
        bool can = _collectives.Minimum(obstacle is null ? 1 : 0) == 1;
        if (obstacle is not null)
            _voice.SayAsRank($"is held with its links as they are, and not in a new session: {obstacle}");
        return can;
    }

    private void HoldWithoutLinks()
    {
        _agreement.Finish();
        Settle();
        _store?.Drain();
        ReportCommits();
        _store?.Dispose();
        int[] peers = LinkRound.Peers(World.Rank);
        FreeLinks();
        using (RelinkWatch.Start(_control, World.Rank, NextStep, "close its links", LinkDeadline, Options.Time))
            SessionWorld.Close();

        _hold.Await();

        long start = Options.Time.GetTimestamp();
        double proofMs;
        using (RelinkWatch.Start(_control, World.Rank, NextStep, "open its links again", 2 * LinkDeadline, Options.Time))
        {
            SessionWorld.Reopen();
            OpenLinks();
            CommunicatorRecipe.Replay();
            PersistentRequest.RenewAll();
            proofMs = ProveLinks(peers, $"session {SessionWorld.Count} did not bring the links back");
            _collectives.Barrier();
        }

        _voice.Say(FormattableString.Invariant(
            $"was held for {_hold.HeldFor.TotalSeconds:0.00} s without links; session {SessionWorld.Count} was opened in {Options.Time.GetElapsedTime(start).TotalMilliseconds:0} ms, links to {peers.Length} rank(s) work, proved in {proofMs:0.0} ms"));
        _hold.End();
        _halt?.RestartClock();
    }

    /// <summary>Frees what this session has between the ranks; <see cref="OpenLinks"/> makes it again.</summary>
    private void FreeLinks()
    {
        _agreement.Dispose();
        _quiesce.Dispose();
        _end.Dispose();
        _collectives.Dispose();
    }
}
