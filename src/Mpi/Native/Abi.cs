namespace MPI.Native;

/// <summary>
/// The values of the <see cref="AbiTable"/> that calls need at full speed, as static read-only fields: once a method is optimized, the
/// just-in-time compiler turns them into constants.
/// </summary>
internal static class Abi
{
    public static readonly AbiTable Table = MpiLibrary.Loaded.Table;

    public static readonly int AnySource = Table.AnySource;
    public static readonly int AnyTag = Table.AnyTag;
    public static readonly int ProcNull = Table.ProcNull;
    public static readonly int Undefined = Table.Undefined;
    public static readonly int StatusBytes = Table.StatusBytes;
    public static readonly int StatusSourceOffset = Table.StatusSourceOffset;
    public static readonly int StatusTagOffset = Table.StatusTagOffset;
    public static readonly int StatusErrorOffset = Table.StatusErrorOffset;
    public static readonly int StatusBytesOffset = Table.StatusBytesOffset;
    public static readonly int StatusBytesHighOffset = Table.StatusBytesHighOffset;
    public static readonly int HandleBytes = Table.HandleBytes;
    public static readonly nint InPlace = Table.InPlace;
    public static readonly nint CommNull = Table.CommNull;
    public static readonly nint RequestNull = Table.RequestNull;
    public static readonly nint MessageNull = Table.MessageNull;
    public static readonly nint MessageNoProc = Table.MessageNoProc;
    public static readonly nint InfoNull = Table.InfoNull;
    public static readonly nint Byte = Table.Datatypes.Byte;
}
