using System.Collections.Generic;
using MPI.Native;

namespace MPI.Traffic;

/// <summary>
/// The captured messages of one communicator, in the order in which MPI would have matched them. Every receive and probe looks here first: what
/// was captured was sent before anything that the library still holds.
/// </summary>
internal sealed class CapturedMessages
{
    private readonly List<CapturedMessage> _messages = [];

    public int Count => _messages.Count;

    public IReadOnlyList<CapturedMessage> All => _messages;

    public void Add(CapturedMessage message)
    {
        _messages.Add(message);
        CallPath.CountCaptured(1);
    }

    /// <summary>The oldest message that a receive or probe fits.</summary>
    public CapturedMessage? Find(int source, int tag)
    {
        foreach (CapturedMessage message in _messages)
        {
            if ((source == message.Source || source == Abi.AnySource) && (tag == message.Tag || tag == Abi.AnyTag))
                return message;
        }

        return null;
    }

    public void Remove(CapturedMessage message)
    {
        _messages.Remove(message);
        CallPath.CountCaptured(-1);
    }

    /// <summary>Gives up all messages, with the communicator that they came on. Memory that the library may still write to is left alone.</summary>
    public void Clear()
    {
        CallPath.CountCaptured(-_messages.Count);
        foreach (CapturedMessage message in _messages)
        {
            if (message.IsComplete)
                message.Drop();
        }

        _messages.Clear();
    }
}
