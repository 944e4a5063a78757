using HpcVirt.Simulation.Ranks;

namespace HpcVirt.Simulation.Runs;

/// <summary>Saves the ranks while the job is silent. Committed is what all ranks have saved: a loss before that leaves the cut before it.</summary>
internal sealed class CutKeeper(int ranks)
{
    private RankCut?[] _parts = new RankCut?[ranks];
    private int _saved;

    public Cut? Committed { get; private set; }

    /// <summary>Saves one rank; gives the cut when it was the last one.</summary>
    public Cut? Saved(int rank, Machine machine)
    {
        if (_parts[rank] is null)
            _saved++;
        _parts[rank] = RankCut.Of(rank, machine);
        if (_saved < ranks)
            return null;
        Committed = new Cut((int)machine.Ranks[rank].Quiesce.Attempt, machine.MessagesSent, _parts!);
        _parts = new RankCut?[ranks];
        _saved = 0;
        return Committed;
    }
}
