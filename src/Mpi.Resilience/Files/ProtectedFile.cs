using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace HpcVirt.Mpi.Resilience;

/// <summary>A file of the program that goes back with the state: after a restart it holds what it held at the checkpoint, no line lost and none doubled.</summary>
/// <remarks>
/// What the program writes by other means than <see cref="OpenWriter"/> must be handed to the system before each safe point (or by the flush that
/// <see cref="ResilientSession.ProtectFile"/> takes), and the file must be opened after the restore: a stream that was opened before would go on at the old end.
/// </remarks>
public sealed class ProtectedFile
{
    private readonly List<StreamWriter> _writers = [];
    private readonly ResilientSession _session;
    private readonly Action? _flush;
    private bool _isBegun;

    internal ProtectedFile(ResilientSession session, string path, FileKind kind, Action? flush)
    {
        _session = session;
        _flush = flush;
        Name = path;
        Path = System.IO.Path.GetFullPath(path);
        Kind = kind;
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>How it is written.</summary>
    public FileKind Kind { get; }

    /// <summary>The path as the program gave it, under which the file is found again.</summary>
    internal string Name { get; }

    /// <summary>
    /// Opens the file to append text (UTF-8). In a job that begins it is created anew, whatever was there; in one that was restored it goes on where
    /// the checkpoint ended. What is in the writer's buffer at a checkpoint is written out by it.
    /// </summary>
    /// <returns>The writer; the caller disposes it.</returns>
    /// <exception cref="ResilienceException">The file is not of <see cref="FileKind.Appended"/>, or nothing was restored yet.</exception>
    public StreamWriter OpenWriter()
    {
        if (Kind != FileKind.Appended)
            throw new ResilienceException($"{Path} is protected as {Kind}: only files that are {FileKind.Appended} have a writer. Write it as the program likes.");
        if (!_session.IsRestored)
            throw new ResilienceException($"{Path} was opened before the job was restored, and would go on at the wrong place. Open it within the loop of steps, or call Restore first.");
        bool isNew = _session.IsFresh && !_isBegun;
        _isBegun = true;
        var writer = new StreamWriter(Path, append: !isNew, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        _writers.RemoveAll(static closed => closed.BaseStream is not { CanWrite: true });
        _writers.Add(writer);
        return writer;
    }

    /// <summary>Hands everything that was written to the system.</summary>
    internal void Flush()
    {
        foreach (StreamWriter writer in _writers)
        {
            if (writer.BaseStream is { CanWrite: true })
                writer.Flush();
        }

        _flush?.Invoke();
    }
}
