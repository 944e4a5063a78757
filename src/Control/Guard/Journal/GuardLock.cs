using System;
using System.IO;
using System.Text;

namespace HpcVirt.Control.Guard.Journal;

/// <summary>Who leads: an flock(2) on a file of the state directory. The kernel gives it back when its process ends, however it ends; what the file says is for people only.</summary>
internal sealed class GuardLock : IDisposable
{
    private readonly FileStream _file;

    private GuardLock(FileStream file) => _file = file;

    /// <summary>Takes the lead; null if another guard has it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="holder">What the file is to say.</param>
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

        file.SetLength(0);
        file.Write(Encoding.UTF8.GetBytes(holder + "\n"));
        return new GuardLock(file);
    }

    /// <summary>What the holder has written; for people.</summary>
    public static string Holder(string path)
    {
        try
        {
            // With FileShare.ReadWrite no flock is asked for, so that the holder's does not stand in the way.
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd().Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    public void Dispose() => _file.Dispose();
}
