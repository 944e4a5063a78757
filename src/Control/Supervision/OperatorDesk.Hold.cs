using System;
using System.Globalization;
using System.Threading;
using HpcVirt.Control.Protocol;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Supervision;

/// <summary>Holding the job silent for something that is done outside of it, such as the move of a virtual machine.</summary>
internal sealed partial class OperatorDesk
{
    private static readonly TimeSpan HoldMax = TimeSpan.FromHours(1);
    private static readonly TimeSpan HoldPollInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>The argument: the longest time that the job may be held, in milliseconds.</summary>
    private Answer HoldJob(string argument)
    {
        if (!long.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds) || milliseconds < 1 || milliseconds > HoldMax.TotalMilliseconds)
            return No($"a job is held for 1 ms to {HoldMax.TotalMinutes:0} minutes, and '{argument}' is no such time");
        SupervisorState before = state();
        if (before.Phase != SupervisorPhase.Running || !before.RankSeen || before.Awaited is not null) return No($"the job is {Word(before)} and cannot be held now; ask again in a moment");
        if (before.Moving is not null) return No("a rank of the job is moving; ask again in a moment");
        if (before.Hold is { IsOver: false }) return No("the job is held already; let it go on with `hpcvirt release`");
        long askedAt = time.GetTimestamp();
        post(new HoldAsked(TimeSpan.FromMilliseconds(milliseconds)));
        using var pause = new ManualResetEventSlim();
        while (time.GetElapsedTime(askedAt) < options.StopTimeout)
        {
            SupervisorState now = state();
            if (now.Hold is { } hold && hold.Number > before.Holds)
            {
                if (hold.IsSilent(now.Where?.Ranks ?? now.Ranks)) return new Answer(true, [$"the job is silent, {time.GetElapsedTime(askedAt).TotalSeconds:0.00} s after the request, for {milliseconds / 1000.0:0.###} s at most"]);
                if (hold.Trouble.Length > 0) return No($"the job was not held: {hold.Trouble}");
            }
            else if (now.Phase != SupervisorPhase.Running)
            {
                return No($"the job is {Word(now)} and was not held");
            }

            pause.Wait(HoldPollInterval);
        }

        post(new ReleaseAsked());
        return No($"the job did not fall silent within {options.StopTimeout.TotalSeconds:0} s, and goes on; the job's own output says why");
    }

    private Answer ReleaseJob()
    {
        if (state().Hold is not { } held) return No("the job is not held, and never was");
        if (held.IsOver) return No(held.Trouble.Length > 0 ? $"the job is not held any more: {held.Trouble}" : "the job is not held any more: it was released before");
        bool wasSilent = held.Trouble.Length == 0;
        post(new ReleaseAsked());
        long askedAt = time.GetTimestamp();
        using var pause = new ManualResetEventSlim();
        while (time.GetElapsedTime(askedAt) < options.StopTimeout)
        {
            if (state().Hold is { IsOver: true } over)
                return wasSilent && over.Trouble.Length == 0 ? new Answer(true, ["the job goes on, and all of its links work"]) : No($"the job was not silent all the while: {over.Trouble}");
            pause.Wait(HoldPollInterval);
        }

        return No($"not all ranks have gone on within {options.StopTimeout.TotalSeconds:0} s; `hpcvirt status` and the job's own output say what they do");
    }
}
