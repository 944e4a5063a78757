using System;
using System.Numerics;

namespace HpcVirt.Simulation.Events;

/// <summary>
/// The events to come, earliest first. Days of a calendar hold unsorted events; today's are sorted, what is added to today goes to a heap, and what lies
/// beyond the calendar waits in another. An event costs a constant, whatever the number of ranks (R. Brown, "Calendar queues", CACM 31(10), 1988).
/// </summary>
internal sealed class CalendarQueue(int dayBits, int daysBits, int blockBits)
{
    private static readonly Comparison<SimulatedEvent> Earlier = static (one, other) =>
        one.TimeNs != other.TimeNs ? one.TimeNs.CompareTo(other.TimeNs) : one.Order.CompareTo(other.Order);

    private readonly int[] _days = new int[1 << daysBits];
    private readonly ulong[] _daysInUse = new ulong[((1 << daysBits) + 63) >> 6];
    private readonly Pool<DayBlock> _blocks = new(blockBits);
    private readonly EventHeap _added = new();
    private readonly EventHeap _beyond = new();

    private SimulatedEvent[] _today = new SimulatedEvent[64];
    private int _todayNext;
    private int _todayCount;
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
        while (_todayNext == _todayCount && _added.Count == 0)
        {
            if (Count == 0)
            {
                taken = default;
                return false;
            }

            TurnPage();
        }

        Count--;
        bool isPlanned = _todayNext < _todayCount && (_added.Count == 0 || SimulatedEvent.IsBefore(_today[_todayNext], _added.Top));
        taken = isPlanned ? _today[_todayNext++] : _added.Take();
        return true;
    }

    /// <summary>An event that will be taken soon, today; false if there are not so many. Nothing depends on it but what is fetched early.</summary>
    public bool TryLookAhead(int distance, out SimulatedEvent coming)
    {
        int index = _todayNext + distance;
        coming = index < _todayCount ? _today[index] : default;
        return index < _todayCount;
    }

    private void Place(in SimulatedEvent placed)
    {
        long day = placed.TimeNs >> dayBits;
        if (day <= _todayNumber)
        {
            _added.Add(placed);
            return;
        }

        long index = day - _firstDay;
        if (index >= _days.Length)
        {
            _beyond.Add(placed);
            return;
        }

        int block = _days[index];
        if (block == 0 || _blocks[block].Count == DayBlock.Capacity)
        {
            int before = block;
            _days[index] = block = _blocks.Rent();
            _blocks[block].Next = before;
            _daysInUse[index >> 6] |= 1UL << (int)(index & 63);
        }

        ref DayBlock written = ref _blocks[block];
        written.Events[written.Count++] = placed;
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
        _todayNext = _todayCount = 0;
        int block = _days[index];
        _days[index] = 0;
        _daysInUse[index >> 6] &= ~(1UL << (index & 63));
        while (block != 0)
        {
            ref DayBlock read = ref _blocks[block];
            if (_todayCount + read.Count > _today.Length)
                Array.Resize(ref _today, 2 * _today.Length);
            ((ReadOnlySpan<SimulatedEvent>)read.Events)[..read.Count].CopyTo(_today.AsSpan(_todayCount));
            _todayCount += read.Count;
            int next = read.Next;
            _blocks.Return(block);
            block = next;
        }

        _today.AsSpan(0, _todayCount).Sort(Earlier);
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
}
