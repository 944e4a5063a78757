using System;

namespace HpcVirt.Hypervisor;

/// <summary>A disk whose content belongs to a saved state. Nobody writes to the image until the guest's disks are merged: what the guest writes from the state's instant on is kept beside it.</summary>
/// <param name="Path">The image, under its full path.</param>
/// <param name="Format"><c>raw</c> or <c>qcow2</c>.</param>
/// <param name="WrittenAt">When the image was last written to, by its file system's word: a copy is whole if that is still so afterwards.</param>
public sealed record FrozenDisk(string Path, string Format, DateTimeOffset WrittenAt);
