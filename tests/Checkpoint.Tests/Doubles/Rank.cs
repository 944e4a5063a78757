using System;
using System.Linq;
using System.Text;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A rank of a small program whose whole state is a function of (rank, step), so that every value can be checked.</summary>
internal sealed class Rank
{
    private readonly int _rank;
    private readonly double[] _plate;
    private string _note = "";

    public Rank(int rank, int elements = 10)
    {
        _rank = rank;
        _plate = new double[elements];
        Regions = [
            new MemoryRegion<double>("plate", () => _plate, 2, elements / 2),
            new ObjectRegion("note", () => Encoding.UTF8.GetBytes(_note), bytes => _note = Encoding.UTF8.GetString(bytes)),
        ];
    }

    public int Number => _rank;

    public CheckpointRegion[] Regions { get; }

    public double[] Plate => _plate;

    public static CheckpointOptions Options { get; } = new() { Program = "heat" };

    public static CheckpointStore Open(
        ICheckpointDirectory directory, ICheckpointGroup group, CheckpointOptions? options = null, TimeProvider? time = null) =>
        CheckpointStore.Open(directory, group, options ?? Options, Guid.NewGuid, time ?? TimeProvider.System);

    public void ComputeTo(long step)
    {
        for (int i = 0; i < _plate.Length; i++) _plate[i] = Value(step, i);
        _note = Note(step);
    }

    public bool IsAt(long step) => _note == Note(step) && _plate.Select((v, i) => v == Value(step, i)).All(static same => same);

    /// <summary>Whether nothing was ever filled in.</summary>
    public bool IsUntouched => _note.Length == 0 && _plate.All(static v => v == 0);

    private double Value(long step, int i) => (_rank * 1e6) + (step * 1e3) + i + 0.5;

    // Of a length that changes with the step, so that restores meet another length than the last save.
    private string Note(long step) => $"rank {_rank} at step {step} {new string('.', (int)step % 7)}";
}
