using System;
using System.IO;

namespace HpcVirt.Control.Guard.Journal;

/// <summary>Who leads: an flock(2) on a file of the state directory. The kernel gives it back when its process ends, however it ends; who it is, stands in a file beside it for people only.</summary>
internal sealed class GuardLock : IDisposable
{
    private readonly FileStream _file;

    private GuardLock(FileStream file) => _file = file;

    /// <summary>Takes the lead; null if another guard has it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="holder">What people are to be told of the holder.</param>
    public static GuardLock? TryTake(string path, string holder)
    {
        FileStream file;
        try
        {
            // FileShare.None is flock(LOCK_EX | LOCK_NB) here.
            file = new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 });
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        try
        {
            File.WriteAllText(HolderFile(path), holder + "\n");
        }
        catch (IOException)
        {
            // It is for people only; the lock holds without.
        }

        return new GuardLock(file);
    }

    /// <summary>What the holder has written; for people.</summary>
    public static string Holder(string path)
    {
        try
        {
            return File.ReadAllText(HolderFile(path)).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Beside the lock: a locked file cannot be read.</summary>
    private static string HolderFile(string path) => path + ".holder";
}
