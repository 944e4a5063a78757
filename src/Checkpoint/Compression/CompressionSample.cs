using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint;

/// <summary>What one way of encoding did to a sample of the state.</summary>
/// <param name="Encoding">The way.</param>
/// <param name="BytesPerSecond">How fast, in bytes of memory.</param>
/// <param name="StoredShare">Stored bytes by bytes of memory: 1 gains nothing.</param>
internal readonly record struct CompressionSample(BlockEncoding Encoding, double BytesPerSecond, double StoredShare);
