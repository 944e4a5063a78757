using System.Collections.Generic;
using System.Numerics;
using System.Text;

namespace HpcVirt.Simulation.Scale;

/// <summary>The table of a series, as a page of markdown.</summary>
internal static class ScaleTable
{
    public static string Of(IReadOnlyList<ScaleResult> results, long seed, int ranksMax, string plot)
    {
        var page = new StringBuilder();
        page.Append($"""
            # What silence costs, by simulation

            ![Rounds and bytes per rank over the number of ranks]({plot})

            Made by `hpcvirt simulate quiesce --scale --seed {seed}{(ranksMax == ScaleSeries.RanksMax ? "" : $" --most {ranksMax}")} --out docs`. Each line is one job in which every rank runs the production transition
            function for every event ([what is simulated](flows/quiesce-simulation.md)): a pipelined exchange with the neighbours on a torus, a third of the messages too large
            to be sent unasked, all of them crossing the safe point; one request from outside; one attempt. Bytes are payload and 32 for each message's envelope. The time
            is simulated: a latency of 2 to 4 us, 10 GB/s, noticed within 1 us.


            """);
        page.Append("| ranks | traffic | rounds | log2 of ranks | messages per rank, median (max) | bytes per rank, median (max) | captured messages | last arrival to silence | checkers |\n");
        page.Append("|--:|---|--:|--:|--:|--:|--:|--:|---|\n");
        foreach (ScaleResult result in results)
        {
            page.Append($"| {result.Ranks:N0} | {result.Traffic} | {result.Rounds} | {BitOperations.Log2((uint)result.Ranks)} | {result.MessagesPerRankMedian} ({result.MessagesPerRankMax}) "
                + $"| {result.BytesPerRankMedian:N0} ({result.BytesPerRankMax:N0}) | {result.CapturedMessages:N0} | {result.LastArrivalToSilenceUs:F1} us | {result.Verdict} |\n");
        }

        page.Append("""

            Rounds are 3 log2 P + 1: one of bookmarks, and the gather, the proof and the release of log2 P each. Messages are the same and a bookmark per neighbour. From a line to
            the next, with four times the ranks, a rank sends six more messages: two for each collective.

            """);
        return page.ToString();
    }
}
