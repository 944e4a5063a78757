using System;
using System.Diagnostics.CodeAnalysis;
using System.IO;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>The per-job secret and its file: 32 random bytes, mode 0600, never overwritten.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The library runs on Linux only; the calls exist on every Unix.")]
internal static class ControlSecret
{
    public const int Bytes = 32;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes a new secret file. Fails if the path exists, so a planted file or link is never used.</summary>
    public static void Create(string path, ReadOnlySpan<byte> secret)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        });
        file.Write(secret);
    }

    /// <summary>Reads the secret; refuses a file that others can read or write, for then it is no secret.</summary>
    /// <exception cref="ControlChannelException">The file is missing, unreadable, of the wrong size, or open to others.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            UnixFileMode mode = File.GetUnixFileMode(file.SafeFileHandle);
            if ((mode & ~OwnerOnly) != 0)
                throw Unusable(path, $"it has mode {Convert.ToString((int)mode, 8)} and must have 600");
            // One byte more than expected is asked for, so that a longer file is noticed without reading all of it.
            Span<byte> content = stackalloc byte[Bytes + 1];
            int read = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (read != Bytes) throw Unusable(path, $"it must hold {Bytes} bytes");
            return content[..Bytes].ToArray();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(path, error.Message, error);
        }
    }

    private static ControlChannelException Unusable(string path, string why, Exception? cause = null) => new(
        ChannelRefusal.UnusableSecretFile,
        $"Control channel: the secret file {path} cannot be used: {why}. Start the program with `hpcvirt run`, or unset {ControlEnvironment.Socket}.",
        cause);
}
