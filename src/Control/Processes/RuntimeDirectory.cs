using System;
using System.IO;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using HpcVirt.Control.Native;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Processes;

/// <summary>
/// The job's private place on this host: mode 0700, a random name, below $XDG_RUNTIME_DIR or /tmp. It holds the control socket and the
/// secret file, and goes with the job. Neither $USER nor $HOME is asked, so it works in a bare container.
/// </summary>
internal sealed class RuntimeDirectory : IDisposable
{
    /// <summary>Bytes of sockaddr_un.sun_path, with its final zero (unix(7)).</summary>
    private const int SocketPathBytesMax = 108;

    private const uint OwnerOnly = 0x1C0; // 0700
    private const string Fallback = "/tmp";

    private readonly FileStream _owner;

    private RuntimeDirectory(string path, byte[] secret, FileStream owner)
    {
        Path = path;
        Secret = secret;
        _owner = owner;
    }

    public string Path { get; }

    public byte[] Secret { get; }

    public string SocketPath => SocketPathIn(Path);

    public string SecretPath => System.IO.Path.Combine(Path, "secret");

    /// <summary>Makes the directory and the secret file.</summary>
    /// <param name="jobId">Random name of the job.</param>
    /// <param name="variable">The environment.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ControlException">No place can be written.</exception>
    public static RuntimeDirectory Create(string jobId, Func<string, string?> variable, TimeProvider time)
    {
        foreach (string? place in new[] { variable("XDG_RUNTIME_DIR"), variable("TMPDIR"), Fallback })
        {
            if (string.IsNullOrEmpty(place) || !System.IO.Path.IsPathRooted(place)) continue;
            string path = System.IO.Path.Combine(place, "hpcvirt-" + jobId);
            if (Encoding.UTF8.GetByteCount(SocketPathIn(path)) >= SocketPathBytesMax) continue;
            LeftBehind.Remove(place, time.GetUtcNow());
            // mkdir(2) fails if anything is there, so nobody's planted directory is taken over.
            if (!LibC.MakeDirectory(path, OwnerOnly)) continue;
            var directory = new RuntimeDirectory(path, RandomNumberGenerator.GetBytes(ControlSecret.Bytes), LeftBehind.Own(path));
            ControlSecret.Create(directory.SecretPath, directory.Secret);
            return directory;
        }

        throw new ControlException(ExitCode.InternalError, $"No directory for the control socket could be made in $XDG_RUNTIME_DIR, $TMPDIR or {Fallback}. Set XDG_RUNTIME_DIR to a writable directory with a path below 70 bytes.");
    }

    public void Dispose()
    {
        _owner.Dispose();
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The reaper was faster; gone is gone.
        }
    }

    /// <summary>Whether a supervisor listens in a job's directory.</summary>
    public static bool IsAnswered(string directory)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Of a Unix socket the kernel answers at once, whatever the supervisor does.
            socket.Connect(new UnixDomainSocketEndPoint(SocketPathIn(directory)));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string SocketPathIn(string directory) => System.IO.Path.Combine(directory, "control");
}
