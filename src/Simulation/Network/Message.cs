namespace HpcVirt.Simulation.Network;

/// <summary>A message on its way, or waiting at its receiver.</summary>
internal struct Message
{
    public MessageKind Kind;
    public int Source;
    public int Destination;

    /// <summary>The communicator of a program's message; the context of a collective's.</summary>
    public int Communicator;

    public int Tag;

    /// <summary>The round of a collective.</summary>
    public int Round;

    /// <summary>A program's message: its number in the job. A bookmark: its attempt. A collective: its number on the communicator.</summary>
    public long Sequence;

    public int Bytes;

    /// <summary>The next one in the list that this one is in.</summary>
    public int Next;

    /// <summary>The sender's request, when it waits until the content is taken.</summary>
    public int Request;

    /// <summary>The receive that this message was matched with while its content was still coming.</summary>
    public int Receiver;

    /// <summary>The announcements of a bookmark, the numbers of a reduction.</summary>
    public int Payload;

    /// <summary>The content.</summary>
    public ulong Value;

    /// <summary>Larger than what is sent unasked: its content comes only after it was matched.</summary>
    public bool IsLarge;

    /// <summary>All of it is at the receiver.</summary>
    public bool HasContent;

    /// <summary>Taken in by the library, not by the program: delivered before what comes from the network.</summary>
    public bool IsCaptured;

    /// <summary>A bookmark whose sender was told that it was taken.</summary>
    public bool IsTaken;
}

/// <summary>Who exchanges the message, for what.</summary>
internal enum MessageKind : byte
{
    Program,
    Collective,
    Bookmark,
    Wish,
}
