using System;
using System.IO;
using HpcVirt.Mpi.Resilience;

namespace HpcVirt.Ranks.Programs;

/// <summary>Files that a walk writes: a line per step on each rank, at once on the disk, and on rank 0 one that is written anew each step.</summary>
internal sealed class WalkFiles : IDisposable
{
    private readonly ProtectedFile _lines;
    private readonly ProtectedFile? _last;
    private StreamWriter? _writer;

    public WalkFiles(ResilientJob job, string prefix)
    {
        _lines = job.ProtectFile($"{prefix}-{job.World.Rank}");
        _last = job.World.Rank == 0 ? job.ProtectFile($"{prefix}-last", FileKind.Rewritten) : null;
    }

    public void Write(long step)
    {
        if (_writer is null)
        {
            _writer = _lines.OpenWriter();

            // On the disk whatever happens to the process: more than the checkpoint knows of.
            _writer.AutoFlush = true;
            if (_last is not null && File.Exists(_last.Path))
                Console.WriteLine($"last was {File.ReadAllText(_last.Path)}");
        }

        _writer.WriteLine(step);
        if (_last is not null)
            File.WriteAllText(_last.Path, $"step {step}");
    }

    public void Dispose() => _writer?.Dispose();
}
