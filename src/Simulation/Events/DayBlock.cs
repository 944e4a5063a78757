using System.Runtime.CompilerServices;

namespace HpcVirt.Simulation.Events;

/// <summary>Some events of a day, side by side, so that they are read without a jump for each.</summary>
internal struct DayBlock
{
    public const int Capacity = 31;

    public int Count;

    /// <summary>The day's block before this one.</summary>
    public int Next;

    public Entries Events;

    [InlineArray(Capacity)]
    internal struct Entries
    {
        private SimulatedEvent _first;
    }
}
