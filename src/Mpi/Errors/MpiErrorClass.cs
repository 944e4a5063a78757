namespace MPI;

/// <summary>
/// The error classes of the MPI standard (MPI 4.1, section 9.4, and the fault-tolerance extension), under one numbering for every MPI library;
/// the libraries' own numbers differ.
/// </summary>
public enum MpiErrorClass
{
    /// <summary>A code that the library at hand knows and the standard does not.</summary>
    Unknown = 0,

    /// <summary>MPI_ERR_BUFFER: invalid buffer pointer.</summary>
    Buffer,

    /// <summary>MPI_ERR_COUNT: invalid count.</summary>
    Count,

    /// <summary>MPI_ERR_TYPE: invalid datatype.</summary>
    Type,

    /// <summary>MPI_ERR_TAG: invalid tag.</summary>
    Tag,

    /// <summary>MPI_ERR_COMM: invalid communicator.</summary>
    Communicator,

    /// <summary>MPI_ERR_RANK: invalid rank.</summary>
    Rank,

    /// <summary>MPI_ERR_REQUEST: invalid request.</summary>
    Request,

    /// <summary>MPI_ERR_ROOT: invalid root.</summary>
    Root,

    /// <summary>MPI_ERR_GROUP: invalid group.</summary>
    Group,

    /// <summary>MPI_ERR_OP: invalid reduction operation.</summary>
    Operation,

    /// <summary>MPI_ERR_TOPOLOGY: invalid topology.</summary>
    Topology,

    /// <summary>MPI_ERR_DIMS: invalid dimensions.</summary>
    Dimensions,

    /// <summary>MPI_ERR_ARG: another invalid argument.</summary>
    Argument,

    /// <summary>MPI_ERR_TRUNCATE: the message is longer than the receive buffer.</summary>
    Truncate,

    /// <summary>MPI_ERR_OTHER: a known error that has no class of its own.</summary>
    Other,

    /// <summary>MPI_ERR_INTERN: an internal error of the library.</summary>
    Internal,

    /// <summary>MPI_ERR_IN_STATUS: the error is in the status.</summary>
    InStatus,

    /// <summary>MPI_ERR_PENDING: the request is still pending.</summary>
    Pending,

    /// <summary>MPI_ERR_ASSERT: invalid assertion.</summary>
    Assert,

    /// <summary>MPI_ERR_BASE: invalid window base.</summary>
    Base,

    /// <summary>MPI_ERR_DISP: invalid displacement.</summary>
    Displacement,

    /// <summary>MPI_ERR_INFO: invalid info object.</summary>
    Info,

    /// <summary>MPI_ERR_INFO_KEY: info key too long.</summary>
    InfoKey,

    /// <summary>MPI_ERR_INFO_NOKEY: info key absent.</summary>
    InfoNoKey,

    /// <summary>MPI_ERR_INFO_VALUE: info value too long.</summary>
    InfoValue,

    /// <summary>MPI_ERR_KEYVAL: invalid attribute key.</summary>
    Keyval,

    /// <summary>MPI_ERR_LOCKTYPE: invalid lock type.</summary>
    LockType,

    /// <summary>MPI_ERR_NAME: unpublished service name.</summary>
    Name,

    /// <summary>MPI_ERR_NO_MEM: no memory left.</summary>
    NoMemory,

    /// <summary>MPI_ERR_NOT_SAME: a collective argument differs between processes.</summary>
    NotSame,

    /// <summary>MPI_ERR_PORT: invalid port name.</summary>
    Port,

    /// <summary>MPI_ERR_RMA_CONFLICT: conflicting accesses to a window.</summary>
    RmaConflict,

    /// <summary>MPI_ERR_RMA_SYNC: wrong synchronization of accesses to a window.</summary>
    RmaSync,

    /// <summary>MPI_ERR_RMA_RANGE: target memory is not part of the window.</summary>
    RmaRange,

    /// <summary>MPI_ERR_RMA_ATTACH: memory cannot be attached.</summary>
    RmaAttach,

    /// <summary>MPI_ERR_RMA_SHARED: memory cannot be shared.</summary>
    RmaShared,

    /// <summary>MPI_ERR_RMA_FLAVOR: wrong flavor of window.</summary>
    RmaFlavor,

    /// <summary>MPI_ERR_SERVICE: invalid service name.</summary>
    Service,

    /// <summary>MPI_ERR_SIZE: invalid size.</summary>
    Size,

    /// <summary>MPI_ERR_SPAWN: processes could not be spawned.</summary>
    Spawn,

    /// <summary>MPI_ERR_UNSUPPORTED_OPERATION: the library does not support the operation.</summary>
    UnsupportedOperation,

    /// <summary>MPI_ERR_WIN: invalid window.</summary>
    Window,

    /// <summary>MPI_ERR_SESSION: invalid session.</summary>
    Session,

    /// <summary>MPI_ERR_VALUE_TOO_LARGE: a value does not fit its argument.</summary>
    ValueTooLarge,

    /// <summary>MPIX_ERR_PROC_FAILED or MPI_ERR_PROC_ABORTED: a process that takes part has failed.</summary>
    ProcessFailed,

    /// <summary>MPIX_ERR_PROC_FAILED_PENDING: a wildcard receive is held up by a failed process.</summary>
    ProcessFailedPending,

    /// <summary>MPIX_ERR_REVOKED: the communicator was revoked.</summary>
    Revoked,
}
