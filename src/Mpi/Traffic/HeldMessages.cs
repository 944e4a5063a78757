using System.Collections.Generic;

namespace MPI.Traffic;

/// <summary>
/// The messages that matched probes took out of matching and the program has not received: they are in flight, in nobody's buffer, and a
/// checkpoint names them.
/// </summary>
internal sealed class HeldMessages
{
    private readonly List<MatchedMessage> _messages = [];

    public int Count => _messages.Count;

    public IReadOnlyList<MatchedMessage> All => _messages;

    public void Add(MatchedMessage message) => _messages.Add(message);

    public void Remove(MatchedMessage message) => _messages.Remove(message);
}
