using HpcVirt.Simulation.Checkers;
using HpcVirt.Simulation.Events;
using HpcVirt.Simulation.Network;
using HpcVirt.Simulation.Programs;

namespace HpcVirt.Simulation.Ranks;

/// <summary>What all parts of a simulated job share: the clock, the events to come, and the tables.</summary>
internal sealed class Machine
{
    private const int LargeJobRanks = 16_384;

    public Machine(IProgram program, NetworkOptions network, ulong seed)
    {
        Program = program;
        Network = network;
        Random = new SeededRandom(seed);
        Ranks = new RankState[program.Ranks];
        Entered = new int[program.Ranks * program.Communicators.Count];

        // Days of four millionths of a second for small jobs, shorter ones for large jobs, so that a day's events fit the processor's cache.
        bool isLarge = program.Ranks >= LargeJobRanks;
        int blockBits = isLarge ? 16 : 8;
        Events = isLarge ? new CalendarQueue(dayBits: 5, daysBits: 17, blockBits: 12) : new CalendarQueue(dayBits: 12, daysBits: 10, blockBits: 4);
        Messages = new Pool<Message>(blockBits);
        Requests = new Pool<Request>(blockBits);
        Peers = new Pool<Peer>(blockBits);
        Pairs = new Pool<Pair>(blockBits);
        Announcements = new Pool<Announcement>(blockBits);
        Sums = new Pool<Sums>(blockBits);
        Collectives = new Pool<Collective>(blockBits);
    }

    public IProgram Program { get; }

    public NetworkOptions Network { get; }

    public CalendarQueue Events { get; }

    public RankState[] Ranks { get; }

    /// <summary>Collectives that each rank has entered on each of the program's communicators.</summary>
    public int[] Entered { get; }

    public Pool<Message> Messages { get; }

    public Pool<Request> Requests { get; }

    public Pool<Peer> Peers { get; }

    public Pool<Pair> Pairs { get; }

    public Pool<Announcement> Announcements { get; }

    public Pool<Sums> Sums { get; }

    public Pool<Collective> Collectives { get; }

    public Findings Findings { get; } = new();

    /// <summary>A field and not a property: drawing from it changes it.</summary>
    public SeededRandom Random;

    public long NowNs { get; set; }

    /// <summary>Messages of the program so far: the number of the newest one.</summary>
    public long MessagesSent { get; set; }

    public void At(long timeNs, EventKind kind, int rank, int data = 0, int stamp = 0) =>
        Events.Add(new SimulatedEvent { TimeNs = timeNs, Kind = kind, Rank = rank, Data = data, Stamp = stamp });

    /// <summary>When a message that leaves now with so many bytes comes to its destination.</summary>
    public long ArrivalNs(int bytes)
    {
        double latency = Network.LatencyNs * (1 + (Network.Jitter * Random.Fraction()));
        if (Network.StragglersOneIn > 0 && Random.OneIn(Network.StragglersOneIn))
            latency *= 30;
        return NowNs + 1 + (long)latency + (bytes * 1000L / Network.Bandwidth);
    }

    public long PollNs() => NowNs + Random.Below(Network.PollNs);
}
