using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>A clock that goes when it is told to; its timers fire on the caller's thread.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly List<Alarm> _alarms = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(_alarms, () => callback(state), _now + dueTime, period);
        _alarms.Add(alarm);
        return alarm;
    }

    public void Advance(TimeSpan time)
    {
        for (TimeSpan end = _now + time; _now < end;)
        {
            _now += TimeSpan.FromSeconds(1);
            foreach (Alarm alarm in _alarms.ToArray()) alarm.FireIfDue(_now);
        }
    }

    private sealed class Alarm(List<Alarm> all, Action fire, TimeSpan due, TimeSpan period) : ITimer
    {
        private TimeSpan _due = due;

        public void FireIfDue(TimeSpan now)
        {
            if (now < _due) return;
            _due += period;
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => throw new NotSupportedException();

        public void Dispose() => all.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
