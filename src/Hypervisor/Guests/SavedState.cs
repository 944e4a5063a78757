using System;

namespace HpcVirt.Hypervisor;

/// <summary>A state that is in its file.</summary>
/// <param name="File">The file.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="Took">How long it took.</param>
public sealed record SavedState(string File, long LengthBytes, TimeSpan Took);
