using System.Linq;
using HpcVirt.Mpi.Resilience.Agreement;
using HpcVirt.Mpi.Resilience.Channel;
using MPI;
using MPI.Links;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Move;

/// <summary>
/// Whether a rank can go on as another process while the others stay in their loops. That process runs the program's beginning and gets the state, so
/// nothing else may be between the ranks: no request, no message, nothing that a beginning would not make.
/// </summary>
internal sealed class MoveReadiness
{
    private string? _beginning = "it has not come to a safe point";
    private (long Messages, long Collectives) _atRestore;
    private int _loops;
    private bool _isReplayed;

    /// <summary>Called where the state is restored: the beginning is over.</summary>
    public void NoteRestored()
    {
        _isReplayed = PrologueLog.IsReplaying;
        PrologueLog.End();
        _atRestore = Traffic();
        _beginning = PrologueLog.Obstacle
            ?? (_atRestore.Messages > 0 ? "its program sends or receives before its state is restored" : null)
            ?? (!_isReplayed && _atRestore.Collectives != PrologueLog.Counted ? "its program uses non-blocking collectives before its state is restored" : null);
    }

    /// <summary>Called at the first safe point.</summary>
    public void NoteFirstSafePoint()
    {
        CommunicatorRecipe.Seal();
        if (_beginning is null && Traffic() != _atRestore) _beginning = "its program communicates between restoring its state and the first safe point";
    }

    /// <summary>Called when a loop of steps begins.</summary>
    public void NoteLoop() => _loops++;

    /// <summary>Called in the silence, on all ranks: agrees whether a rank can move, and tells the supervisor.</summary>
    /// <param name="ranks">All ranks.</param>
    /// <param name="control">The supervisor.</param>
    /// <param name="hold">Number of the hold; 0 if the order has not come to this rank.</param>
    /// <param name="isNumbered">Whether safe points have numbers.</param>
    /// <param name="stateBytes">How much this rank would have to send, if it is the one that moves.</param>
    public bool Agree(BoundedCollectives ranks, ControlClient? control, long hold, bool isNumbered, long stateBytes)
    {
        string? obstacle = hold == 0 ? "the order has not come" : Obstacle(isNumbered);
        bool areAll = ranks.Minimum(obstacle is null ? 1 : 0) == 1;
        long bytes = ranks.Maximum(stateBytes);
        if (areAll && ranks.Rank == 0) control?.MoveReady(hold, bytes, "");
        if (obstacle is not null && hold != 0) control?.MoveReady(hold, 0, $"rank {ranks.Rank}: {obstacle}");
        return areAll;
    }

    /// <summary>What is in the way of a move at this safe point, as far as this rank knows; null if nothing is.</summary>
    /// <param name="isNumbered">Whether safe points have numbers.</param>
    public string? Obstacle(bool isNumbered) =>
        (isNumbered ? null : "its safe points have no numbers")
        ?? _beginning
        ?? (_loops > 1 ? "it is in its second loop of steps, and what stands between the loops would be done by one rank alone" : null)
        ?? NativeObstacle;

    /// <summary>What is between the ranks in the silence that cannot be made again beneath the objects of the program; null if nothing is.</summary>
    public static string? NativeObstacle =>
        CommunicatorRecipe.Obstacle
        ?? (TrafficLedger.IsShared ? "several of its threads may call MPI at once" : null)
        ?? (Window.All.Count > 0 ? "it has windows for one-sided access" : null)
        ?? (TrafficLedger.Requests!.Count > 0 ? $"{TrafficLedger.Requests.First!.Describe()} is live over the safe point" : null)
        ?? (TrafficLedger.Held!.Count > 0 ? "a matched message was not received" : null)
        ?? (TrafficLedger.Communicators.Any(static known => known.Posted is { } posted && posted.Captured.Count > 0) || TrafficLedger.Unclaimed.Count > 0 ? "messages are in flight over the safe point" : null);

    private static (long Messages, long Collectives) Traffic()
    {
        PairTraffic[] all = [.. TrafficLedger.Communicators.Select(static known => known.Traffic!), .. TrafficLedger.Freed];
        return (all.Sum(static traffic => traffic.Peers().Sum(static peer => peer.Sent + peer.Received)), all.Sum(static traffic => traffic.Collectives));
    }
}
