namespace HpcVirt.Hypervisor;

/// <summary>A disk of a guest of a set: its content at the instant that the guest's memory is of.</summary>
/// <param name="Path">Where the image is for the guest, on every host: a full path.</param>
/// <param name="Format"><c>raw</c> or <c>qcow2</c>.</param>
/// <param name="File">The copy, within the set's directory.</param>
/// <param name="LengthBytes">The file's length; it may take less room, for it has holes where the disk is empty.</param>
/// <param name="Checksum">The file's 128-bit XXH3, 32 hexadecimal digits.</param>
public sealed record SetDisk(string Path, string Format, string File, long LengthBytes, string Checksum);
