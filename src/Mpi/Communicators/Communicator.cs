using System;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using MPI.Links;
using MPI.Native;
using MPI.Traffic;

namespace MPI;

/// <summary>
/// A group of processes with a message space of its own (MPI 4.1, chapter 7). The object is stable; the native handle beneath it belongs to the
/// binding and may be replaced when links are re-established.
/// </summary>
/// <remarks>
/// No finalizer calls MPI: freeing a communicator is collective, and the garbage collector's thread is no place for a collective call. A
/// communicator that is not disposed lives until MPI is finalized.
/// </remarks>
public abstract partial class Communicator : IDisposable, ICloneable
{
    private static Intracommunicator? s_world;
    private static Intracommunicator? s_self;

    private int _rank = -1;
    private int _size = -1;
    private string? _name;
    private bool _isPredefined;
    private bool _isNamed;
    private uint _derivedCount;

    private protected Communicator(nint handle, ulong agreedId)
    {
        Handle = handle;
        AgreedId = agreedId;
        IsOutside = handle == Abi.CommNull;
    }

    /// <summary>Matches a message from any source, in receives and probes.</summary>
    [SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "MPI.NET's name.")]
    public static int anySource => Abi.AnySource;

    /// <summary>Matches a message with any tag, in receives and probes.</summary>
    [SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "MPI.NET's name.")]
    public static int anyTag => Abi.AnyTag;

    /// <summary>The rank of nobody (MPI_PROC_NULL): messages to it vanish, receives from it return at once with nothing.</summary>
    public static int NullProcess => Abi.ProcNull;

    /// <summary>All processes that were started together.</summary>
    /// <exception cref="InvalidOperationException">MPI is not initialized.</exception>
    [SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "MPI.NET's name.")]
    public static Intracommunicator world => s_world ?? throw NotInitialized();

    /// <summary>This process alone.</summary>
    /// <exception cref="InvalidOperationException">MPI is not initialized.</exception>
    [SuppressMessage("Style", "IDE1006:Naming Styles", Justification = "MPI.NET's name.")]
    public static Intracommunicator self => s_self ?? throw NotInitialized();

    /// <summary>This process's rank in the (local) group, from 0.</summary>
    public int Rank => _rank >= 0 ? _rank : _rank = AskRank();

    /// <summary>The number of processes in the (local) group.</summary>
    public int Size => _size >= 0 ? _size : _size = AskSize();

    /// <summary>The communicator's name in error messages and tools; at most 63 bytes of UTF-8.</summary>
    public string Name
    {
        get => _name ??= $"communicator {AgreedId:x8}";
        set => SetName(value);
    }

    /// <summary>The processes of the (local) group; the caller disposes of it.</summary>
    public unsafe Group Group
    {
        get
        {
            nint group = 0;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_group(Handle, &group), "MPI_Comm_group", this);
            return Group.Adopt(group);
        }
    }

    /// <summary>The native handle at this moment.</summary>
    internal nint Handle { get; set; }

    /// <summary>An id of the communicator on which all its ranks agree without talking: made from the parent's and the order of creation.</summary>
    internal ulong AgreedId { get; private protected set; }

    /// <summary>Whether all ranks have the same id for the communicator; not so where native code made it, which keeps no order of creation.</summary>
    internal bool IsIdAgreed { get; private init; } = true;

    /// <summary>Whether this process had no place in it from the beginning.</summary>
    internal bool IsOutside { get; }

    /// <summary>The ledger of this communicator's messages, or null while the ledger is off.</summary>
    internal PairTraffic? Traffic { get; set; }

    /// <summary>How many ranks a message may go to.</summary>
    internal virtual int PeerCount => Size;

    /// <summary>The rank where it is known without a call: for error messages, which must not fail themselves.</summary>
    internal int? RankIfKnown => _rank >= 0 ? _rank : null;

    /// <summary>Takes over a communicator that native code created. The object owns the handle and frees it when disposed.</summary>
    /// <param name="comm">The native handle, zero-extended where handles are integers.</param>
    /// <returns>An object of the kind that the handle is, or null for MPI_COMM_NULL.</returns>
    public static unsafe Communicator? Adopt(nint comm)
    {
        // Native code may have left the handler that ends the job.
        if (comm != Abi.CommNull)
            _ = NativeMpi.MPI_Comm_set_errhandler(comm, Abi.Table.ErrorsReturn);
        CommunicatorRecipe.MadeStranger("a communicator was made by native code, which keeps no record of how");
        return Wrap(comm, AgreedIds.OfAdopted(comm), isIdAgreed: false);
    }

    /// <summary>Frees the communicator; collective over its ranks. The predefined ones are left alone.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>A communicator of the same processes and kind with a message space of its own (MPI_Comm_dup); collective. Attributes follow their duplication rule.</summary>
    /// <returns>The duplicate, of the same type as this object.</returns>
    public object Clone()
    {
        Communicator clone = Wrap(NativeDuplicate(), NextDerivedId())!;
        CommunicatorRecipe.Made(clone, this, NativeDuplicate, isDuplicate: true);
        DuplicateAttributesTo(clone);
        return clone;
    }

    /// <summary>A communicator of the processes in a subgroup (MPI_Comm_create); collective over all ranks of this one.</summary>
    /// <param name="group">The subgroup, the same on all ranks.</param>
    /// <returns>The communicator, or null on ranks outside the subgroup.</returns>
    public Communicator? Create(Group group)
    {
        ArgumentNullException.ThrowIfNull(group);
        Communicator? created = Wrap(NativeSubset(group), NextDerivedId());
        if (CommunicatorRecipe.IsOn)
        {
            int[] ranks = RanksOf(group);
            CommunicatorRecipe.Made(created, this, () => NativeSubset(ranks));
        }

        return created;
    }

    /// <summary>Divides the ranks by color, and orders each part by key (MPI_Comm_split); collective.</summary>
    /// <param name="color">Ranks of equal color stand together; <see cref="Group.NoProcess"/> stands in no part.</param>
    /// <param name="key">Orders the ranks of a part; equal keys keep the old order.</param>
    /// <returns>The communicator of this rank's part, or null for no part.</returns>
    public Communicator? Split(int color, int key)
    {
        Communicator? part = Wrap(NativePart(color, key), NextDerivedId());
        CommunicatorRecipe.Made(part, this, () => NativePart(color, key));
        return part;
    }

    /// <summary>How this communicator relates to another.</summary>
    /// <param name="other">The other communicator.</param>
    /// <returns>Identical, congruent, similar or unequal.</returns>
    public unsafe Comparison Compare(Communicator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        int result = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_compare(Handle, other.Handle, &result), "MPI_Comm_compare", this);
        return Comparisons.FromNative(result);
    }

    /// <summary>Terminates the processes of this communicator; in most libraries, of the whole job.</summary>
    /// <param name="errorcode">The exit code that the launcher is asked to report.</param>
    public unsafe void Abort(int errorcode) => _ = NativeMpi.MPI_Abort(Handle, errorcode);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Opens the world and self communicators, once per process.</summary>
    /// <param name="world">All processes that were started together.</param>
    /// <param name="self">This one alone.</param>
    internal static unsafe void OpenPredefined(nint world, nint self)
    {
        if (s_world is not null)
            return;

        // Errors come back as codes and become exceptions; new communicators inherit the handler of the one they come from.
        _ = NativeMpi.MPI_Comm_set_errhandler(world, Abi.Table.ErrorsReturn);
        _ = NativeMpi.MPI_Comm_set_errhandler(self, Abi.Table.ErrorsReturn);
        s_world = new Intracommunicator(world, AgreedIds.World) { _isPredefined = true, _name = "world" };
        s_self = new Intracommunicator(self, AgreedIds.Self) { _isPredefined = true, _name = "self" };
        _ = s_world.Rank;
        _ = s_self.Rank;
    }

    /// <summary>Gives the world's object, which programs hold, another native communicator of the same size and order, as new.</summary>
    /// <param name="renewed">What is beneath the world from now on.</param>
    /// <param name="alone">What is beneath self; null where that has stayed.</param>
    internal static void ReplaceWorld(nint renewed, nint? alone = null)
    {
        Intracommunicator known = world;
        known.Handle = renewed;
        self.Handle = alone ?? self.Handle;
        known._rank = known._size = -1;
        known._derivedCount = 0;
        known.AgreedId = AgreedIds.World;
        known.Traffic = null;
        known.Posted = null;
        self._derivedCount = 0;
        self.Traffic = null;
        self.Posted = null;
        _ = known.Rank;
    }

    /// <summary>Makes the object of the right kind for a native handle; null for MPI_COMM_NULL.</summary>
    internal static Communicator? Wrap(nint handle, ulong agreedId, bool isIdAgreed = true)
    {
        if (handle == Abi.CommNull)
            return null;
        Communicator communicator = CommunicatorKinds.Of(handle) switch
        {
            CommunicatorKind.Inter => new Intercommunicator(handle, agreedId) { IsIdAgreed = isIdAgreed },
            CommunicatorKind.Cartesian => new CartesianCommunicator(handle, agreedId) { IsIdAgreed = isIdAgreed },
            CommunicatorKind.Graph => new GraphCommunicator(handle, agreedId) { IsIdAgreed = isIdAgreed },
            _ => new Intracommunicator(handle, agreedId) { IsIdAgreed = isIdAgreed },
        };
        communicator.Open();
        return communicator;
    }

    /// <summary>What every new communicator needs before its first message: a rank that error messages can name, and a place in the ledger.</summary>
    private protected void Open()
    {
        _ = Rank;
        TrafficLedger.Register(this);
    }

    /// <summary>
    /// The id of the next communicator derived from this one. Creation is collective, so every rank counts alike, also one that is left out.
    /// </summary>
    internal ulong NextDerivedId() => AgreedIds.OfDerived(AgreedId, ++_derivedCount);

    /// <summary>Frees the native communicator.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>; there is no finalizer.</param>
    protected virtual unsafe void Dispose(bool disposing)
    {
        if (_isPredefined || Handle == Abi.CommNull || Environment.Finalized)
            return;
        if (Traffic is { Members.HaveOutsiders: false } traffic)
        {
            traffic.CountCollective();
            PrologueLog.NoteFreed();
        }

        TrafficLedger.Forget(this);
        CommunicatorRecipe.Freed(this);
        nint handle = Handle;
        Handle = Abi.CommNull;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_free(&handle), "MPI_Comm_free", this);
    }

    private static InvalidOperationException NotInitialized() => new(
        "MPI is not initialized in this process. Create an MPI.Environment first, for example `using var environment = new MPI.Environment(ref args);`, "
        + "and start the program with mpirun or mpiexec.");

    private unsafe int AskRank()
    {
        int rank = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_rank(Handle, &rank), "MPI_Comm_rank", this);
        return rank;
    }

    private unsafe int AskSize()
    {
        int size = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_size(Handle, &size), "MPI_Comm_size", this);
        return size;
    }

    private unsafe void SetName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        byte[] bytes = Encoding.UTF8.GetBytes(name + '\0');
        if (bytes.Length > Abi.Table.MaxObjectNameBytes)
            throw new ArgumentException($"A communicator's name may have {Abi.Table.MaxObjectNameBytes - 1} bytes, this one has {bytes.Length - 1}: \"{name}\".", nameof(name));
        fixed (byte* pointer = bytes)
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_set_name(Handle, pointer), "MPI_Comm_set_name", this);
        _name = name;
        _isNamed = true;
    }
}
