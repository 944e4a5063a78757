using System;
using HpcVirt.Mpi.Resilience.Quiesce;
using MPI;

namespace HpcVirt.Mpi.Resilience;

/// <summary>The job is held: silent at a safe point until somebody outside has done what needs a silent job, such as moving a virtual machine.</summary>
public sealed partial class ResilientSession
{
    private static readonly TimeSpan LinkDeadline = TimeSpan.FromSeconds(30);

    private bool _isHolding;

    /// <summary>Holds the job here; all ranks come to the same safe point.</summary>
    /// <returns>Whether the ranks have new links: one of them has moved, or all were held without.</returns>
    private bool HoldHere()
    {
        _isHolding = true;
        QuiesceOutcome outcome = _quiesce.Fall(_ => Stay(SessionWorld.IsUsed ? CanCloseLinks : null));
        if (outcome == QuiesceOutcome.Done && _hold.ClosesLinks)
        {
            _isHolding = false;
            HoldWithoutLinks();
            return true;
        }

        if (outcome == QuiesceOutcome.Done && _hold.Move is { } order)
        {
            _isHolding = false;
            MoveHere(order);
            return true;
        }

        GoOn(outcome);
        return false;
    }

    /// <summary>Called in the silence; returns when this rank may go on.</summary>
    /// <param name="canCloseLinks">Whether the links can be closed meanwhile; null where they stay in any case.</param>
    private void Stay(Func<bool>? canCloseLinks = null)
    {
        if (canCloseLinks is null && SessionWorld.IsUsed)
            _voice.SayOnce("is held with its links as they are, and not in a new session: its safe points have no numbers");
        _hold.Stay(_collectives, IsReadyToMove, canCloseLinks);
        _quiesce.DemandReturn(LinkDeadline);
    }

    /// <summary>After a hold: proves that the links work still, and tells who held the job.</summary>
    private void GoOn(QuiesceOutcome outcome)
    {
        _isHolding = false;
        if (outcome != QuiesceOutcome.Done)
        {
            _hold.End(_whyNotSilent ?? "the job did not fall silent");
            _whyNotSilent = null;
            return;
        }

        if (_hold.IsForMove)
        {
            _hold.End();
            _agreement.RestartClock();
            return;
        }

        int[] peers = LinkRound.Peers(World.Rank);
        double proofMs = ProveLinks(peers, "the links did not survive");
        _voice.Say(FormattableString.Invariant($"was held for {_hold.HeldFor.TotalSeconds:0.00} s; links to {peers.Length} rank(s) work, proved in {proofMs:0.0} ms"));
        _hold.End();
        _agreement.RestartClock();
        _halt?.RestartClock();
    }

    private double ProveLinks(int[] peers, string whatElse)
    {
        long start = Options.Time.GetTimestamp();
        if (LinkRound.Prove(_collectives.Handle, peers, LinkDeadline, Options.Time) is { Count: > 0 } dead)
        {
            throw new ResilienceException(
                $"Rank {World.Rank} was held, and rank(s) {string.Join(", ", dead)} did not answer within {LinkDeadline.TotalSeconds:0} s afterwards: {whatElse}. The job ends here; started again it continues from the newest checkpoint.");
        }

        return Options.Time.GetElapsedTime(start).TotalMilliseconds;
    }
}
