using System;
using System.Collections.Generic;
using System.IO.Hashing;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>A disk that the guest may write to, as <c>query-block</c> describes it.</summary>
/// <param name="Device">QEMU's name for the drive; empty for one that was given as a node.</param>
/// <param name="NodeName">The node that the guest writes to.</param>
/// <param name="File">That node's file: the image, or an overlay of ours.</param>
/// <param name="Format">QEMU's driver for it.</param>
/// <param name="VirtualBytes">The disk's size, as the guest sees it.</param>
internal sealed record QemuDisk(string Device, string NodeName, string File, string Format, long VirtualBytes)
{
    /// <summary>Jobs and nodes of this name are ours; QEMU allows 31 letters.</summary>
    public const string Prefix = "hpcvirt-";

    /// <summary>A snapshot has frozen the image, and nobody has merged it yet.</summary>
    public bool IsOverlaid => File.EndsWith(DiskImage.OverlaySuffix, StringComparison.Ordinal) && NodeName == NameOf(File);

    /// <summary>The file that the start command names.</summary>
    public string Image => IsOverlaid ? File[..^DiskImage.OverlaySuffix.Length] : File;

    /// <summary>Where the guest writes while the image is frozen.</summary>
    public string Overlay => Image + DiskImage.OverlaySuffix;

    /// <summary>The name of the overlay's node, and of the job that merges it: whoever comes later finds both by the file's name.</summary>
    public string OverlayName => NameOf(Overlay);

    public static IReadOnlyList<QemuDisk> Read(JsonElement answer) =>
    [
        .. answer.EnumerateArray()
            .Where(static disk => disk.TryGetProperty("inserted", out JsonElement inserted) && !(inserted.TryGetProperty("ro", out JsonElement ro) && ro.ValueKind is JsonValueKind.True))
            .Select(static disk => Read(Text(disk, "device"), disk.GetProperty("inserted"))),
    ];

    private static QemuDisk Read(string device, JsonElement inserted) => new(
        device, Text(inserted, "node-name"), Text(inserted, "file"), Text(inserted, "drv"),
        inserted.TryGetProperty("image", out JsonElement image) && image.TryGetProperty("virtual-size", out JsonElement size) && size.TryGetInt64(out long bytes) ? bytes : 0);

    private static string NameOf(string file) => $"{Prefix}{XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(file)):x16}";

    private static string Text(JsonElement parent, string name) => parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String ? value.GetString()! : "";
}
