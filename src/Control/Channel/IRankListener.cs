using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Channel;

/// <summary>Hears what ranks say. Called by the connections' threads; must return at once.</summary>
internal interface IRankListener
{
    /// <summary>A rank introduced itself. The listener owns the peer from here on.</summary>
    void OnConnected(RankPeer rank);

    void OnMessage(RankPeer rank, ControlMessage message);

    /// <summary>The connection ended; after a goodbye on purpose, otherwise because the process is gone or broke the protocol.</summary>
    void OnDisconnected(RankPeer rank, ConnectionEnd end, string? error);

    /// <summary>An operator asks; answers may take a while, this runs on a thread of its own.</summary>
    Answer OnAsked(Ask ask);

    /// <summary>A peer was turned away before it became a rank.</summary>
    void OnRefused(int processId, ControlChannelException refusal);
}
