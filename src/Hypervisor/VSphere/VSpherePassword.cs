using System;
using System.IO;
using System.Text;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>
/// Where the password comes from: a file that only its owner may read, or the environment. Never the command line, which every process on the machine sees,
/// nor the file of guests, which others read. It is read at each login, so that one that was changed counts at once.
/// </summary>
internal sealed class VSpherePassword(string? file, Func<string, string?> environment)
{
    /// <summary>The variable that holds it where no file is named.</summary>
    public const string Variable = "HPCVIRT_VSPHERE_PASSWORD";

    private const int BytesMax = 4096;
    private const UnixFileMode OthersBits = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    public string Read()
    {
        if (file is null)
        {
            return environment(Variable) is { Length: > 0 } password
                ? password
                : throw Missing($"there is no password for vCenter. Name a file of mode 0600 as \"passwordFile\" in \"vsphere\", or set {Variable}.");
        }

        try
        {
            using FileStream stream = File.OpenRead(file);
            // Asked of the open file: a name may lead to another one a moment later.
            if (OperatingSystem.IsWindows()) throw Missing($"who may read {file} cannot be told here. Set {Variable} instead.");
            if ((File.GetUnixFileMode(stream.SafeFileHandle) & OthersBits) != 0) throw Missing($"{file} holds a password and may be used by others than its owner. Say `chmod 600 {file}`.");
            if (stream.Length > BytesMax) throw Missing($"{file} has {stream.Length} bytes, and a password has at most {BytesMax}. Name the file that holds nothing else.");
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd().TrimEnd('\r', '\n') is { Length: > 0 } password ? password : throw Missing($"{file} is empty, and should hold the password for vCenter.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing($"the password for vCenter cannot be read from {file} ({e.Message.TrimEnd('.')}). Make that file, with mode 0600, or correct \"passwordFile\".", e);
        }
    }

    private static VSphereException Missing(string message, Exception? cause = null) => new(VSphereFailure.NotLoggedIn, message, cause: cause);
}
