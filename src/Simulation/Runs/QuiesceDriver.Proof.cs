using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>The proof, with the production arithmetic.</summary>
internal sealed partial class QuiesceDriver
{
    private const ulong CommunicatorIds = 0x9E3779B97F4A7C15;

    private void Vote(int rank, int attempt, bool isYes)
    {
        int entry = machine.Sums.Rent();
        var proof = new QuiesceProof(machine.Sums[entry], attempt);
        if (!isYes)
            proof.VoteNo(hasReason: false);
        ref RankState state = ref machine.Ranks[rank];
        for (int peer = state.Peers; peer != 0; peer = machine.Peers[peer].Next)
        {
            int other = machine.Peers[peer].Rank;
            for (int pair = machine.Peers[peer].Pairs; pair != 0; pair = machine.Pairs[pair].Next)
            {
                ref Pair counters = ref machine.Pairs[pair];
                ulong communicator = Id(counters.Communicator);
                proof.AddSent(communicator, rank, other, counters.Sent);
                proof.AddReceived(communicator, other, rank, counters.Received);
            }
        }

        int communicators = machine.Program.Communicators.Count;
        for (int communicator = 0; communicator < communicators; communicator++)
        {
            int[]? members = machine.Program.Communicators[communicator];
            if (members is not null && System.Array.BinarySearch(members, rank) < 0)
                continue;
            int first = members is null ? 0 : members[0];
            proof.AddCollectives(Id(communicator), machine.Entered[(rank * communicators) + communicator], rank == first, members?.Length ?? machine.Ranks.Length);
        }

        int captured = 0;
        for (int message = state.CapturedFirst; message != 0; message = machine.Messages[message].Next)
            captured++;
        proof.AddCaptured(captured);
        EnterPrivate(rank, CollectiveUse.Proof, attempt, entry);
    }

    private void Judge(int rank)
    {
        ref RankState state = ref machine.Ranks[rank];
        int attempt = (int)state.Quiesce.Attempt;
        QuiesceVerdict verdict = QuiesceProof.Judge(machine.Sums[state.ProofSums], machine.Ranks.Length, attempt);
        machine.Sums.Return(state.ProofSums);
        state.ProofSums = 0;
        checkers.Judged(rank, attempt, verdict);
        if (verdict.IsSilent)
            Prove(rank);
        Feed(rank, QuiesceEvent.ProofCame(verdict.IsSilent));
    }

    private static ulong Id(int communicator) => SeededRandom.Mix(CommunicatorIds + (ulong)communicator);
}
