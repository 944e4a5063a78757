using System.Collections.Generic;

namespace HpcVirt.Hypervisor;

/// <summary>One guest of a set.</summary>
/// <param name="Name">The guest.</param>
/// <param name="Host">The host it was on.</param>
/// <param name="File">Its state, within the set's directory.</param>
/// <param name="LengthBytes">The file's length.</param>
/// <param name="Checksum">The file's 128-bit XXH3, 32 hexadecimal digits.</param>
/// <param name="WasRunning">It worked, and goes on after a restore.</param>
/// <param name="StoppedAtMicroseconds">When it stood still, from the beginning of the snapshot.</param>
/// <param name="SaveFromMicroseconds">When its saving began, from the beginning of the snapshot.</param>
/// <param name="SavedAtMicroseconds">When all of it was in the file, from the beginning of the snapshot.</param>
public sealed record SetGuest(
    string Name, string Host, string File, long LengthBytes, string Checksum, bool WasRunning, long StoppedAtMicroseconds, long SaveFromMicroseconds, long SavedAtMicroseconds)
{
    /// <summary>The disks that it may write to, as they were at the same instant.</summary>
    public IReadOnlyList<SetDisk> Disks { get; init; } = [];
}
