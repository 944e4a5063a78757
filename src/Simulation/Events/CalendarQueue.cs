using System.Numerics;

namespace HpcVirt.Simulation.Events;

/// <summary>
/// The events to come, earliest first. Days of a calendar hold unsorted events; only the events of today are kept in order, and what lies
/// beyond the calendar waits in a heap. An event costs a constant, whatever the number of ranks (R. Brown, "Calendar queues", CACM 31(10), 1988).
/// </summary>
internal sealed class CalendarQueue(int dayBits, int daysBits, int blockBits)
{
    private readonly int[] _days = new int[1 << daysBits];
    private readonly ulong[] _daysInUse = new ulong[((1 << daysBits) + 63) >> 6];
    private readonly Pool<Entry> _entries = new(blockBits);
    private readonly EventHeap _today = new();
    private readonly EventHeap _beyond = new();

    private long _firstDay;
    private long _todayNumber;
    private long _order;

    public int Count { get; private set; }

    public int CountMax { get; private set; }

    public void Add(in SimulatedEvent added)
    {
        SimulatedEvent ordered = added;
        ordered.Order = _order++;
        if (++Count > CountMax)
            CountMax = Count;
        Place(ordered);
    }

    public bool TryTake(out SimulatedEvent taken)
    {
        while (_today.Count == 0)
        {
            if (Count == 0)
            {
                taken = default;
                return false;
            }

            TurnPage();
        }

        Count--;
        taken = _today.Take();
        return true;
    }

    private void Place(in SimulatedEvent placed)
    {
        long day = placed.TimeNs >> dayBits;
        if (day <= _todayNumber)
        {
            _today.Add(placed);
            return;
        }

        long index = day - _firstDay;
        if (index >= _days.Length)
        {
            _beyond.Add(placed);
            return;
        }

        int entry = _entries.Rent();
        _entries[entry] = new Entry { Event = placed, Next = _days[index] };
        _days[index] = entry;
        _daysInUse[index >> 6] |= 1UL << (int)(index & 63);
    }

    /// <summary>Makes the next day that has events today.</summary>
    private void TurnPage()
    {
        int index = NextDayInUse((int)(_todayNumber - _firstDay) + 1);
        if (index < 0)
        {
            NewCalendar();
            return;
        }

        _todayNumber = _firstDay + index;
        int entry = _days[index];
        _days[index] = 0;
        _daysInUse[index >> 6] &= ~(1UL << (index & 63));
        while (entry != 0)
        {
            ref Entry placed = ref _entries[entry];
            _today.Add(placed.Event);
            int next = placed.Next;
            _entries.Return(entry);
            entry = next;
        }
    }

    /// <summary>Begins a calendar at the earliest event that lies beyond the last one.</summary>
    private void NewCalendar()
    {
        _firstDay = _beyond.Top.TimeNs >> dayBits;
        _todayNumber = _firstDay;
        long end = _firstDay + _days.Length;
        while (_beyond.Count > 0 && _beyond.Top.TimeNs >> dayBits < end)
            Place(_beyond.Take());
    }

    private int NextDayInUse(int from)
    {
        if (from >= _days.Length)
            return -1;
        int word = from >> 6;
        ulong bits = _daysInUse[word] & (ulong.MaxValue << (from & 63));
        while (bits == 0)
        {
            if (++word == _daysInUse.Length)
                return -1;
            bits = _daysInUse[word];
        }

        return (word << 6) + BitOperations.TrailingZeroCount(bits);
    }

    private struct Entry
    {
        public SimulatedEvent Event;
        public int Next;
    }
}
