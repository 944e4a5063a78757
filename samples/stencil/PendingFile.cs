using System;
using System.IO;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// A file that appears under its name only when it is complete: it is written under a temporary name in the same folder and renamed,
/// so that nobody ever reads half a result. Disposed of before that, it leaves nothing behind.
/// </summary>
public sealed class PendingFile : IDisposable
{
    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly FileStream _stream;
    private bool _published;

    /// <summary>Opens the temporary file; fails when the folder is missing or not writable.</summary>
    public PendingFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path))
            throw new IOException($"'{_path}' is a folder.");
        // Always the same name: what a killed attempt left behind is overwritten by the next one.
        _temporaryPath = $"{_path}.part";
        _stream = new FileStream(_temporaryPath, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 20);
    }

    /// <summary>Takes the content.</summary>
    public Stream Stream => _stream;

    /// <summary>Makes the file visible under its name, in place of an older one.</summary>
    public void Publish()
    {
        // The name must not reach the disk before the data do.
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_temporaryPath, _path, overwrite: true);
        _published = true;
    }

    public void Dispose()
    {
        _stream.Dispose();
        if (!_published)
            File.Delete(_temporaryPath);
    }
}
