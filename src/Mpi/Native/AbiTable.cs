using System.Collections.Generic;

namespace MPI.Native;

/// <summary>
/// Everything in which one MPI differs from another at the binary level: constants, predefined handles, the layout of MPI_Status, and the
/// numbering of error classes. One file per ABI fills one table; nothing else in the assembly knows which MPI it runs on.
/// </summary>
internal sealed record AbiTable
{
    public required MpiFlavor Flavor { get; init; }

    // Wildcards and special ranks.
    public required int AnySource { get; init; }
    public required int AnyTag { get; init; }
    public required int ProcNull { get; init; }
    public required int Root { get; init; }
    public required int Undefined { get; init; }

    // MPI_Status: its size and where the public fields stand, in bytes.
    public required int StatusBytes { get; init; }
    public required int StatusSourceOffset { get; init; }
    public required int StatusTagOffset { get; init; }
    public required int StatusErrorOffset { get; init; }

    /// <summary>
    /// Where mpi.h keeps the 32 low bits of the received bytes, or -1 where it does not say. Reading them saves a call per message; a count of 2 GiB
    /// and more is asked of the library.
    /// </summary>
    public int StatusBytesOffset { get; init; } = -1;

    /// <summary>Where the high bits stand, which are zero below 4 GiB; MPICH keeps the cancelled flag in the lowest of them.</summary>
    public int StatusBytesHighOffset { get; init; } = -1;

    /// <summary>Bytes of one handle in an array of handles; a handle passed by value always travels in a full register.</summary>
    public required int HandleBytes { get; init; }

    public required nint InPlace { get; init; }

    // Predefined handles.
    public required nint CommWorld { get; init; }
    public required nint CommSelf { get; init; }
    public required nint CommNull { get; init; }
    public required nint GroupNull { get; init; }
    public required nint GroupEmpty { get; init; }
    public required nint RequestNull { get; init; }
    public required nint MessageNull { get; init; }
    public required nint MessageNoProc { get; init; }
    public required nint InfoNull { get; init; }
    public required nint OpNull { get; init; }
    public required nint WinNull { get; init; }
    public required nint DatatypeNull { get; init; }

    /// <summary>Handles that look like those of datatypes that are made, and belong to predefined ones (MPI_FLOAT_INT and its kind).</summary>
    public IReadOnlyList<nint> PairTypes { get; init; } = [];

    public required nint ErrorsReturn { get; init; }

    public required DatatypeHandles Datatypes { get; init; }
    public required OperationHandles Operations { get; init; }

    // Results of comparisons and kinds of topology.
    public required int Identical { get; init; }
    public required int Congruent { get; init; }
    public required int Similar { get; init; }
    public required int Unequal { get; init; }
    public required int TopologyGraph { get; init; }
    public required int TopologyCartesian { get; init; }

    // Thread levels, in rising order: single, funneled, serialized, multiple.
    public required IReadOnlyList<int> ThreadLevels { get; init; }

    // Keys of predefined attributes.
    public required int KeyTagUpperBound { get; init; }
    public required int KeyHost { get; init; }
    public required int KeyIo { get; init; }
    public required int KeyWtimeIsGlobal { get; init; }
    public required int KeyUniverseSize { get; init; }

    /// <summary>The library's own attribute that says whether user-level failure mitigation is on; null where there is none.</summary>
    public int? KeyFaultTolerance { get; init; }

    public required int KeyvalInvalid { get; init; }

    // One-sided communication.
    public required int LockExclusive { get; init; }
    public required int LockShared { get; init; }
    public required int ModeNoCheck { get; init; }
    public required int ModeNoPrecede { get; init; }
    public required int ModeNoPut { get; init; }
    public required int ModeNoStore { get; init; }
    public required int ModeNoSucceed { get; init; }

    public required int CommTypeShared { get; init; }

    // Largest buffers that the library may fill, in bytes, the closing zero included.
    public required int MaxErrorStringBytes { get; init; }
    public required int MaxProcessorNameBytes { get; init; }
    public required int MaxObjectNameBytes { get; init; }
    public required int MaxPortNameBytes { get; init; }
    public required int MaxLibraryVersionBytes { get; init; }

    /// <summary>The library's error classes by number; a number that is absent is reported as <see cref="MpiErrorClass.Unknown"/>.</summary>
    public required IReadOnlyDictionary<int, MpiErrorClass> ErrorClasses { get; init; }
}

/// <summary>Handles of the predefined datatypes that C# element types map to (MPI 4.1, section 3.2.2).</summary>
internal sealed record DatatypeHandles
{
    public required nint Byte { get; init; }
    public required nint Packed { get; init; }
    public required nint Int8 { get; init; }
    public required nint UInt8 { get; init; }
    public required nint Int16 { get; init; }
    public required nint UInt16 { get; init; }
    public required nint Int32 { get; init; }
    public required nint UInt32 { get; init; }
    public required nint Int64 { get; init; }
    public required nint UInt64 { get; init; }
    public required nint Single { get; init; }
    public required nint Double { get; init; }
    public required nint ComplexDouble { get; init; }
    public required nint Bool { get; init; }
}

/// <summary>Handles of the predefined reduction operations (MPI 4.1, section 6.9.2).</summary>
internal sealed record OperationHandles
{
    public required nint Max { get; init; }
    public required nint Min { get; init; }
    public required nint Sum { get; init; }
    public required nint Product { get; init; }
    public required nint LogicalAnd { get; init; }
    public required nint LogicalOr { get; init; }
    public required nint LogicalXor { get; init; }
    public required nint BitwiseAnd { get; init; }
    public required nint BitwiseOr { get; init; }
    public required nint BitwiseXor { get; init; }
    public required nint Replace { get; init; }
    public required nint NoOp { get; init; }
}
