using System;

namespace HpcVirt.Checkpoint;

/// <summary>A file whose bytes are memory already, so that they can be checked without copying them first.</summary>
internal interface IViewableFile
{
    /// <summary>The bytes in place; fewer than wanted where the file ends.</summary>
    ReadOnlySpan<byte> View(long offsetBytes, int wantedBytes);
}
