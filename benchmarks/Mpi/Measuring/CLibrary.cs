using System.Runtime.InteropServices;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>
/// The C contenders of <c>benchmarks/c</c>, compiled into a shared library by the MPI's own compiler wrapper. It is linked to the very MPI
/// library that the binding has loaded, so both call the same instance.
/// </summary>
internal sealed unsafe class CLibrary(string path)
{
    private readonly nint _library = NativeLibrary.Load(path);

    public delegate* unmanaged<void*, int, int, int, void> PingPong =>
        (delegate* unmanaged<void*, int, int, int, void>)NativeLibrary.GetExport(_library, "pingpong");

    public delegate* unmanaged<double*, double*, int, int, void> Allreduce =>
        (delegate* unmanaged<double*, double*, int, int, void>)NativeLibrary.GetExport(_library, "allreduce");

    public delegate* unmanaged<double*, double*, int, int, void> PolledAllreduce =>
        (delegate* unmanaged<double*, double*, int, int, void>)NativeLibrary.GetExport(_library, "polled_allreduce");

    public delegate* unmanaged<int*, int, double> Drain =>
        (delegate* unmanaged<int*, int, double>)NativeLibrary.GetExport(_library, "drain");

    public delegate* unmanaged<double*, double*, nint, nint, nint, double> Sweep =>
        (delegate* unmanaged<double*, double*, nint, nint, nint, double>)NativeLibrary.GetExport(_library, "sweep");
}
