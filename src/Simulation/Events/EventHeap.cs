using System;

namespace HpcVirt.Simulation.Events;

/// <summary>A binary heap of events, the earliest on top.</summary>
internal sealed class EventHeap
{
    private SimulatedEvent[] _events = new SimulatedEvent[64];

    public int Count { get; private set; }

    public ref readonly SimulatedEvent Top => ref _events[0];

    public void Add(in SimulatedEvent added)
    {
        if (Count == _events.Length)
            Array.Resize(ref _events, 2 * Count);
        int at = Count++;
        while (at > 0)
        {
            int parent = (at - 1) >> 1;
            if (!SimulatedEvent.IsBefore(added, _events[parent]))
                break;
            _events[at] = _events[parent];
            at = parent;
        }

        _events[at] = added;
    }

    public SimulatedEvent Take()
    {
        SimulatedEvent top = _events[0];
        SimulatedEvent last = _events[--Count];
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= Count)
                break;
            if (child + 1 < Count && SimulatedEvent.IsBefore(_events[child + 1], _events[child]))
                child++;
            if (!SimulatedEvent.IsBefore(_events[child], last))
                break;
            _events[at] = _events[child];
            at = child;
        }

        _events[at] = last;
        return top;
    }
}
