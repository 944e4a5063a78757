using System.Collections.Generic;
using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>What an intact redundancy file can serve for.</summary>
internal sealed record FoundRedundancy(
    RedundancyLayout Layout, int Kept, long ChunkBytes, long PayloadOffsetBytes, IReadOnlyList<RedundancyMember> Members);
