using System;
using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Simulation.Programs;

/// <summary>
/// Writes random programs that are legal. All calls stand on one line of moments that only the writer sees; a rank's program is what stands on the line for
/// it. A call that blocks needs nothing but calls of earlier moments, or its partners of the same one; so the earliest unfinished moment can
/// always be finished, whatever the network does.
/// </summary>
internal sealed partial class RandomProgramWriter
{
    // Each kind of traffic has a communicator of its own, on which its rules keep receives and messages paired.
    private const int Ring = 0;
    private const int Pairs = 1;
    private const int AnyTag = 2;
    private const int FanIn = 3;
    private const int World = 4;
    private const int Split = 5;
    private const int FirstPart = 6;

    private readonly RandomProgramOptions _options;
    private readonly List<(int Moment, Operation Call)>[] _lines;
    private readonly List<int[]?> _communicators = [null, null, null, null, null, null];
    private readonly Dictionary<(int Communicator, int Source, int Destination, int Tag), int> _lastPost = [];
    private readonly int[] _slots;

    private SeededRandom _random;
    private int _moment = FirstMoment;

    // Receives are posted up to so many moments before their message is sent.
    private const int FirstMoment = 8;

    private RandomProgramWriter(RandomProgramOptions options, SeededRandom random)
    {
        _options = options;
        _random = random;
        _lines = [.. Enumerable.Range(0, options.Ranks).Select(_ => new List<(int, Operation)>())];
        _slots = new int[options.Ranks];
        for (int part = 0; part < 2; part++)
        {
            int[] members = [.. Enumerable.Range(0, options.Ranks).Where(_ => !_random.OneIn(3))];
            if (members.Length > 0)
                _communicators.Add(members);
        }
    }

    public static RandomProgram Write(RandomProgramOptions options, SeededRandom random)
    {
        var writer = new RandomProgramWriter(options, random);
        for (int step = 0; step < options.Steps; step++)
            writer.WriteStep(step);
        Operation[][] operations = [.. writer._lines.Select(line => line.OrderBy(entry => entry.Moment).Select(entry => entry.Call).ToArray())];
        return new RandomProgram(operations, writer._communicators, options.IsNumbered);
    }

    private void WriteStep(int step)
    {
        int lateRank = step == _options.LateStep ? _random.Below(_options.Ranks) : -1;
        if (_options.IsNumbered)
        {
            for (int rank = 0; rank < _options.Ranks; rank++)
                Call(rank, _moment, new Operation(OperationKind.SafePoint));
            _moment++;
        }

        for (int rank = 0; rank < _options.Ranks; rank++)
        {
            double speed = 0.5 + (1.5 * _random.Fraction());
            int at = _moment + _random.Below(_options.EventsPerStep + 1);
            long late = rank == lateRank ? _options.LateNs : 0;
            Call(rank, at, new Operation(OperationKind.Compute) { DurationNs = late + (long)(_options.StepNs * speed) });
            if (!_options.IsNumbered && !_random.OneIn(4))
                Call(rank, _moment + _random.Below(_options.EventsPerStep + 1), new Operation(OperationKind.SafePoint));
        }

        for (int written = 0; written < _options.EventsPerStep; written++, _moment++)
            WriteEvent();
        if (_options.HasSplitCollectives && _random.OneIn(3))
            WriteSplitCollective();
    }

    private void WriteEvent()
    {
        switch (_random.Below(12))
        {
            case 0:
                WriteRing();
                break;
            case 1 or 2:
                WriteFanIn();
                break;
            case 3:
                WriteCollective();
                break;
            default:
                WriteMessage();
                break;
        }
    }

    private int RandomBytes() => _random.OneIn(3) ? _options.LargeBytes : 1 + _random.Below(_options.SmallBytes);

    private bool IsLarge(int bytes) => bytes == _options.LargeBytes;

    private int NewSlot(int rank) => _slots[rank]++;

    private void Call(int rank, int moment, Operation call) => _lines[rank].Add((moment, call));

    private void Wait(int rank, int moment, int slot, Fold fold = Fold.None) => Call(rank, moment, new Operation(OperationKind.Wait) { Slot = slot, Fold = fold });

    /// <summary>Posts a send now and waits for it at a moment behind that of its receive.</summary>
    private void SendImmediate(int rank, int moment, Operation send, int waitFrom)
    {
        int slot = NewSlot(rank);
        Call(rank, moment, send with { Kind = OperationKind.SendImmediate, Slot = slot });
        Wait(rank, Math.Max(moment, waitFrom) + 1 + _random.Below(4), slot);
    }
}
