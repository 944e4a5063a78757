using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Checkers;

/// <summary>Hands what happens to the checkers, which share nothing with the simulation but its events.</summary>
internal sealed class JobCheckers(SilenceChecker silence, MatchingChecker? matching)
{
    public SilenceChecker Silence => silence;

    /// <summary>Null in jobs so large that a record of each message would not fit; there the program's own result is checked.</summary>
    public MatchingChecker? Matching => matching;

    public void Sent(in Message message)
    {
        silence.Sent(message.Source);
        matching?.Sent(message);
    }

    public void Posted(int rank, int request, in Operation call) => matching?.Posted(rank, request, call);

    public void Matched(int rank, int request, in Message message) => matching?.Matched(rank, request, message);

    public void Taken(in Message message) => silence.Taken();

    public void CollectiveSent(int rank) => silence.Sent(rank);

    public void CollectiveTaken() => silence.Taken();
}
