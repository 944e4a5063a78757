namespace HpcVirt.Checkpoint.Mesh;

/// <summary>Another rank is there, and cannot give what it was asked for; the connection to it is of further use.</summary>
internal sealed class PeerRefusalException(string message) : CheckpointException(message);
