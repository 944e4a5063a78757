using System.Runtime.CompilerServices;

namespace MPI.Native;

/// <summary>An MPI_Status of any ABI: 32 bytes hold the largest of them, and the public fields are read where the ABI at hand puts them.</summary>
[InlineArray(32)]
internal struct NativeStatus
{
    private byte _first;

    public readonly int Source => FieldAt(Abi.StatusSourceOffset);

    public readonly int Tag => FieldAt(Abi.StatusTagOffset);

    public readonly int Error => FieldAt(Abi.StatusErrorOffset);

    /// <summary>The received bytes where the status tells them without a call and they are fewer than 2 GiB; otherwise -1.</summary>
    public readonly int BytesIfKnown => Abi.StatusBytesOffset >= 0 && FieldAt(Abi.StatusBytesHighOffset) == 0 ? FieldAt(Abi.StatusBytesOffset) : -1;

    /// <summary>Writes source and tag into an otherwise empty status, for messages that did not come through the library just now.</summary>
    public static NativeStatus Of(int source, int tag)
    {
        var status = default(NativeStatus);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref status._first, Abi.StatusSourceOffset), source);
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref status._first, Abi.StatusTagOffset), tag);
        return status;
    }

    /// <summary>As <see cref="Of(int, int)"/>, and of so many bytes.</summary>
    public static unsafe NativeStatus Of(int source, int tag, int lengthBytes)
    {
        NativeStatus status = Of(source, tag);
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Status_set_elements(&status, Abi.Byte, lengthBytes), "MPI_Status_set_elements");
        return status;
    }

    private readonly int FieldAt(int offsetBytes) => Unsafe.ReadUnaligned<int>(ref Unsafe.Add(ref Unsafe.AsRef(in _first), offsetBytes));
}
