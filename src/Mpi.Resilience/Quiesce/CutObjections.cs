using System.Collections.Generic;
using System.Linq;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>What this rank holds open at a safe point and no drain can close: it would be lost with the process, or cannot be compared.</summary>
internal static class CutObjections
{
    /// <summary>The objections in words, empty when the rank can take part.</summary>
    public static List<string> Of(int rank) =>
    [
        .. Requests(rank),
        .. TrafficLedger.Held!.All.Select(message => $"rank {rank} holds a message that a matched probe took and nobody received: {message}"),
        .. Window.All.Where(static window => window.HasOpenEpoch).Select(window => $"rank {rank} has an open epoch on {window}: {window.HowToClose()}"),
        .. PairMarks.Traffics.Select(traffic => Stranger(traffic, rank)).OfType<string>(),
        .. TrafficLedger.Communicators
            .Where(static communicator => communicator.Posted is { } posted && posted.Captured.All.Any(static message => message.IsLeftBehind))
            .Select(communicator => $"rank {rank} was sent a message of more than 2 GiB on {communicator.Name}, which cannot be part of a checkpoint; receive it before the loop's next step"),
    ];

    private static IEnumerable<string> Requests(int rank)
    {
        foreach (Request request in TrafficLedger.Requests!.All())
        {
            if (request.CrossingName is null)
                yield return $"rank {rank} has a live request: {request.Describe()}; complete it before the loop's next step, or start it by InFlight";
            else if (request is CollectiveRequest)
                yield return $"rank {rank} has a live collective: {request.Describe()} ('{request.CrossingName}'); complete it before the loop's next step";
            else if (request.HasFailedEarly)
                yield return $"rank {rank} has a request that failed: {request.Describe()} ('{request.CrossingName}'); wait for it to see the error";
        }
    }

    private static string? Stranger(PairTraffic traffic, int rank)
    {
        bool isUsed = traffic.Collectives > 0 || traffic.Peers().Any();
        if (!isUsed)
            return null;
        if (!traffic.Members.IsIdAgreed)
            return $"rank {rank} has used {traffic.Members.Name}, which native code made: its messages cannot be compared with the other ranks'";
        return traffic.Members.HaveOutsiders && (traffic.Collectives > 0 || traffic.Peers().Any(peer => traffic.Members.WorldRankOf(peer.Peer) < 0))
            ? $"rank {rank} has exchanged messages on {traffic.Members.Name} with a process outside the job (spawned or connected)"
            : null;
    }
}
