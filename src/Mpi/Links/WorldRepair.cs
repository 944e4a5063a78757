using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Linq;
using MPI.Native;
using MPI.Traffic;

namespace MPI.Links;

/// <summary>
/// Makes the world whole after the loss of ranks, inside the processes that are left: they start replacements and take them into a communicator
/// of the old size and order, which becomes the world. Needs an MPI whose job outlives a rank and that can start processes: Open MPI 4, launched
/// with orte_enable_recovery, or Open MPI 5, launched with --with-ft ulfm.
/// </summary>
/// <remarks>
/// Nothing is freed of what the lost ranks had a part in: freeing is collective. Requests that cannot be ended are never looked at again, and the
/// objects that hold their memory in place are kept.
/// </remarks>
[SuppressMessage("Reliability", "CA2000", Justification = "Communicators that lost ranks have a part in are never freed.")]
internal static unsafe class WorldRepair
{
    private const int CreationTag = 0x5265;
    private const int FormationTag = 0x4265;

    private static readonly List<object> Abandoned = [];

    /// <summary>Whether the world of this process is not the one that MPI was initialized with. Then MPI is not finalized: that would wait for the dead.</summary>
    public static bool HasHappened { get; private set; }

    /// <summary>Whether processes of this job stand outside of the world. Then MPI is not finalized either: it would wait for them.</summary>
    public static bool IsPartial { get; private set; }

    /// <summary>
    /// How often this process has become a part of another world. Once per loss; an exception that comes after it is changed has a cause in the old world.
    /// </summary>
    public static int Count { get; private set; }

    /// <summary>
    /// Whether the library itself tells who is lost and lets the survivors go on (user-level failure mitigation). The same on all ranks, replacements
    /// included.
    /// </summary>
    public static bool UsesUlfm { get; set; }

    /// <summary>This process waits outside of the world.</summary>
    public static void StayOutside() => IsPartial = true;

    /// <summary>
    /// Makes the world of some of the processes that MPI was initialized with, in this order; collective over them. The others wait outside, and may
    /// be members of a later world.
    /// </summary>
    /// <param name="members">The processes, by their ranks in MPI_COMM_WORLD; this one is among them.</param>
    /// <param name="number">The number of this world: 0, and then that of the repair that makes it, the same on all.</param>
    public static void Form(IReadOnlyList<int> members, long number)
    {
        MakeWorld(members, number);
        Count++;
    }

    /// <summary>
    /// Survivors' part where a rank goes on as another process and the job stands still, with nothing in flight: the same objects get new native
    /// communicators beneath them, and the program does not notice.
    /// </summary>
    /// <param name="members">The processes of the new world, by their ranks in MPI_COMM_WORLD.</param>
    /// <param name="number">The number of the repair, the same on all.</param>
    public static void Reform(IReadOnlyList<int> members, long number)
    {
        TrafficLedger.SwitchOff();
        MakeWorld(members, number);
        TrafficLedger.SwitchOn();
    }

    private static void MakeWorld(IReadOnlyList<int> members, long number)
    {
        nint all = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_group(Abi.Table.CommWorld, &all), "MPI_Comm_group");
        nint some = 0, created = 0;
        fixed (int* ranks = members.ToArray())
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Group_incl(all, members.Count, ranks, &some), "MPI_Group_incl");
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_create_group(Abi.Table.CommWorld, some, FormationTag + (int)(number & 0xFFF), &created), "MPI_Comm_create_group");
        _ = NativeMpi.MPI_Group_free(&some);
        _ = NativeMpi.MPI_Group_free(&all);
        IsPartial = true;
        var formed = (Intracommunicator)Communicator.Wrap(created, AgreedIds.World)!;

        // Straight to the library: those who come do not poll yet, those who were here may, and the two forms do not match one another.
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Barrier(created), "MPI_Barrier", formed);
        Communicator.ReplaceWorld(formed.Handle);
        HasHappened = number > 0;
    }

    /// <summary>Survivors' part where one of the waiting processes takes a lost rank's place. Ends by throwing <see cref="WorldReplacedException"/>.</summary>
    /// <param name="repair">The number of the repair, the same on all.</param>
    /// <param name="members">The processes of the new world, by their ranks in MPI_COMM_WORLD.</param>
    public static void TakeIn(long repair, IReadOnlyList<int> members)
    {
        List<object> abandoned = Abandon();
        Form(members, repair);
        Unwind(repair, abandoned);
    }

    /// <summary>Survivors' part; collective over all ranks that are not lost. Ends by throwing <see cref="WorldReplacedException"/>.</summary>
    /// <param name="repair">The number of the repair, the same on all.</param>
    /// <param name="lost">The lost ranks.</param>
    /// <param name="command">The program that replaces them.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="hints">Where to start it.</param>
    /// <param name="handOver">What the first survivor tells each replacement.</param>
    public static void Replace(
        long repair, IReadOnlyList<int> lost, string command, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> hints, string handOver)
    {
        Intracommunicator world = Communicator.world;
        int rank = world.Rank;
        LostPeer.Answer = null;
        if (UsesUlfm) Ulfm.RevokeAll();
        List<object> abandoned = Abandon();
        nint left = UsesUlfm ? Ulfm.Shrink(world, lost) : SurvivorsOf(world, lost, repair);
        var survivors = (Intracommunicator)Communicator.Wrap(left, AgreedIds.World)!;
        Intercommunicator connection = survivors.Spawn(command, [.. arguments], lost.Count, root: 0, hints, out int[] codes);
        if (codes.Any(static c => c != 0)) throw new MpiException($"A replacement for rank {string.Join(", ", lost)} could not be started: MPI_Comm_spawn says {string.Join(", ", codes)}.");
        Intracommunicator merged = connection.Merge(upper: false);
        Tell(merged, new HandOver(lost, handOver));
        Enter(merged, rank);

        Unwind(repair, abandoned);
    }

    /// <summary>Without the library's help: who is left is known from outside.</summary>
    private static nint SurvivorsOf(Intracommunicator world, IReadOnlyList<int> lost, long repair)
    {
        using Group all = world.Group;
        using Group left = all.Exclude([.. lost]);
        nint created = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_create_group(world.Handle, left.Handle, CreationTag + (int)(repair & 0xFFF), &created), "MPI_Comm_create_group", world);
        return created;
    }

    /// <summary>
    /// All that the others had sent is here, and nobody sends in the old world any more: the memory of its requests can be given back, before the
    /// program unwinds and frees it. What cannot be ended is kept and never looked at again.
    /// </summary>
    private static void Unwind(long repair, List<object> abandoned)
    {
        var reason = new WorldReplacedException(repair);
        Abandoned.AddRange(abandoned.Where(left => left is not Request request || !request.GiveUp(reason)));
        throw reason;
    }

    /// <summary>A replacement's part: takes the place of a lost rank.</summary>
    /// <returns>What the first survivor told.</returns>
    public static string Join()
    {
        Intercommunicator parent = Communicator.world.Parent
            ?? throw new MpiException("This process was started as the replacement of a rank, but nobody of its MPI job started it.");
        int index = Communicator.world.Rank;
        Intracommunicator merged = parent.Merge(upper: true);
        HandOver told = Tell(merged, null);
        Enter(merged, told.Lost[index]);
        return told.Text;
    }

    /// <summary>Puts all ranks into their old order. Whoever returns knows that all are here, and that what was sent before has arrived.</summary>
    private static void Enter(Intracommunicator merged, int rank)
    {
        var renewed = (Intracommunicator)merged.Split(0, rank)!;

        // A communicator that comes of a connection has whatever handler the library gave that, which may be the one that ends the job.
        _ = NativeMpi.MPI_Comm_set_errhandler(renewed.Handle, Abi.Table.ErrorsReturn);
        renewed.Barrier();
        if (UsesUlfm && !Ulfm.Agree(renewed.Handle, true))
            throw new MpiException("A rank was lost while the ranks made their new world.");
        Communicator.ReplaceWorld(renewed.Handle);
        HasHappened = true;
        Count++;
    }

    private static HandOver Tell(Intracommunicator merged, HandOver? mine)
    {
        string text = mine?.ToString() ?? "";
        merged.Broadcast(ref text, 0);
        return HandOver.Parse(text);
    }

    /// <summary>Forgets the traffic of the old world.</summary>
    /// <returns>What its requests may still write to.</returns>
    private static List<object> Abandon()
    {
        List<object> abandoned = [.. TrafficLedger.SwitchOff(), .. PostedReceives.AbandonAll()];
        CallPath.Reset();
        return abandoned;
    }

    /// <summary>The lost ranks, a comma between them, and a text.</summary>
    private sealed record HandOver(IReadOnlyList<int> Lost, string Text)
    {
        public static HandOver Parse(string text)
        {
            int end = text.IndexOf('\n', StringComparison.Ordinal);
            return new HandOver([.. text[..end].Split(',').Select(static r => int.Parse(r, System.Globalization.CultureInfo.InvariantCulture))], text[(end + 1)..]);
        }

        public override string ToString() => $"{string.Join(',', Lost)}\n{Text}";
    }
}
