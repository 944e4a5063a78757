using unsafe Contiguous = delegate* unmanaged<int, nint, nint*, int>;
using unsafe Extent = delegate* unmanaged<nint, nint*, nint*, int>;
using unsafe Handle = delegate* unmanaged<nint*, int>;
using unsafe Size = delegate* unmanaged<nint, int*, int>;

namespace MPI.Native;

/// <summary>Calls of derived datatypes (MPI 4.1, chapter 5). Families of equal signature share an alias.</summary>
internal static unsafe partial class NativeMpi
{
    public static readonly Contiguous MPI_Type_contiguous = (Contiguous)Required("MPI_Type_contiguous");

    public static readonly Handle MPI_Type_commit = (Handle)Required("MPI_Type_commit");
    public static readonly Handle MPI_Type_free = (Handle)Required("MPI_Type_free");

    public static readonly Size MPI_Type_size = (Size)Required("MPI_Type_size");

    public static readonly Extent MPI_Type_get_extent = (Extent)Required("MPI_Type_get_extent");
}
