using System;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Hypervisor.Qemu;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>Which vCenter is spoken to, and as whom: <c>"vsphere"</c> in the file of hosts and guests.</summary>
/// <remarks><code>
/// "vsphere": { "url": "https://vcenter.example.org", "user": "hpcvirt@vsphere.local", "passwordFile": "vcenter.password", "thumbprint": "AB:CD:..." }
/// </code>
/// passwordFile and thumbprint may be left out. The password itself has no place here: see <see cref="VSpherePassword"/>.</remarks>
public sealed record VSphereSettings
{
    private const int ThumbprintDigits = 64;

    /// <summary>Where vCenter is: https, or http on this machine only.</summary>
    public required Uri Url { get; init; }

    /// <summary>Who logs in.</summary>
    public required string User { get; init; }

    /// <summary>The file that holds the password, readable by its owner only; null: it is in the environment.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>The SHA-256 thumbprint of the certificate that is trusted, and no other is: 64 hexadecimal digits, capitals; null: this machine's authorities decide.</summary>
    public string? Thumbprint { get; init; }

    /// <summary>Reads the settings strictly.</summary>
    /// <param name="settings">The value of <c>"vsphere"</c>.</param>
    /// <param name="file">The file it stands in; a relative path of the password's is beside it.</param>
    /// <exception cref="FormatException">Something is missing, unknown or unsafe.</exception>
    internal static VSphereSettings Read(JsonElement settings, string file)
    {
        const string name = "\"vsphere\"";
        GuestFileWords.OnlyKnown(settings, name, "url", "user", "passwordFile", "thumbprint");
        return new VSphereSettings
        {
            Url = Address(GuestFileWords.Text(settings, "url", name)),
            User = GuestFileWords.Text(settings, "user", name) is var user && !user.Contains(':', StringComparison.Ordinal) ? user : throw new FormatException("\"user\" contains a colon, which ends a user's name on the wire"),
            PasswordFile = settings.TryGetProperty("passwordFile", out _) ? Beside(file, GuestFileWords.Text(settings, "passwordFile", name)) : null,
            Thumbprint = settings.TryGetProperty("thumbprint", out _) ? Digits(GuestFileWords.Text(settings, "thumbprint", name)) : null,
        };
    }

    private static Uri Address(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("https" or "http") || url.AbsolutePath != "/" || url.Query.Length > 0 || url.Fragment.Length > 0 || url.UserInfo.Length > 0)
            throw new FormatException($"\"url\" of \"vsphere\" is '{text}', and must be https:// and the name of a vCenter, without path or user");
        return url.Scheme == "https" || url.IsLoopback ? url : throw new FormatException($"\"url\" of \"vsphere\" is '{text}', and a password goes over http to this machine only. Use https");
    }

    private static string Digits(string text)
    {
        string digits = text.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length == ThumbprintDigits && digits.All(char.IsAsciiHexDigit) ? digits : throw new FormatException("\"thumbprint\" of \"vsphere\" is no SHA-256 thumbprint, which has 64 hexadecimal digits, with colons or without");
    }

    private static string Beside(string file, string path) => Path.IsPathRooted(path) ? path : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(file))!, path);
}
