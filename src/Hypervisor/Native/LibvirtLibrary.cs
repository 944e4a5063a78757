using System.Runtime.InteropServices;

namespace HpcVirt.Hypervisor.Native;

/// <summary>libvirt's library in this process: loaded when its backend is asked for and never before, made silent, and asked for its last error.</summary>
internal static unsafe class LibvirtLibrary
{
    /// <summary>The name that the loader knows it by; Debian's package <c>libvirt0</c>.</summary>
    public const string FileName = "libvirt.so.0";

    /// <summary>Loads and prepares the library; of no effect when that was done.</summary>
    /// <param name="fileName">Another name, for tests of a machine that lacks it.</param>
    /// <exception cref="BackendMissingException">It is not there, or refuses to start.</exception>
    public static void Require(string fileName = FileName)
    {
        if (!NativeLibrary.TryLoad(fileName, out _))
            throw new BackendMissingException("libvirt", $"the library {fileName} is not on this machine. Install the package libvirt0 (apt-get install libvirt0), or choose another --backend.");
        if (LibvirtApi.Initialize() != 0) throw new BackendMissingException("libvirt", $"{fileName} does not start: {LastError().Message}.");
        // It would print every error to standard error before anybody can read it from the call that failed.
        LibvirtApi.SetErrorFunction(0, &Silent);
    }

    /// <summary>The last error of this thread: to be asked on the thread of the failed call, and before any other.</summary>
    public static (int Code, string Message) LastError() => (LibvirtApi.LastErrorCode(), Marshal.PtrToStringUTF8(LibvirtApi.LastErrorMessage()) ?? "no reason was given");

    [UnmanagedCallersOnly]
    private static void Silent(nint userData, nint error)
    {
        // Errors are read from the failed call.
    }
}
