using System.Collections.Generic;

namespace HpcVirt.Simulation.Checkers;

/// <summary>What the checkers have found wrong: nothing, if all is well.</summary>
internal sealed class Findings
{
    private const int KeptMax = 16;

    private readonly List<string> _all = [];

    public IReadOnlyList<string> All => _all;

    public int Count { get; private set; }

    public void Add(string finding)
    {
        // The first ones tell the story; what follows follows from them.
        if (++Count <= KeptMax)
            _all.Add(finding);
    }
}
