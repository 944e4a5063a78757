using System.Runtime.InteropServices;

namespace HpcVirt.Checkpoint.Native;

/// <summary>
/// Asynchronous write protection: <c>userfaultfd</c> with UFFD_FEATURE_WP_ASYNC and the PAGEMAP_SCAN ioctl (Linux 6.7,
/// Documentation/admin-guide/mm/pagemap.rst). The kernel resolves each first write itself and remembers it; there is no handler.
/// </summary>
internal static unsafe partial class PageWatch
{
    public const uint ScanRequest = 0xC0606610;
    public const uint ApiRequest = 0xC018AA3F;
    public const uint RegisterRequest = 0xC020AA00;
    public const uint UnregisterRequest = 0x8010AA01;
    public const ulong ApiVersion = 0xAA;

    /// <summary>UFFD_FEATURE_WP_UNPOPULATED | UFFD_FEATURE_WP_ASYNC.</summary>
    public const ulong Features = (1UL << 13) | (1UL << 15);

    /// <summary>UFFDIO_REGISTER_MODE_WP.</summary>
    public const ulong ModeWriteProtect = 2;

    /// <summary>PM_SCAN_WP_MATCHING | PM_SCAN_CHECK_WPASYNC: report, protect again, and fail where nothing is watched.</summary>
    public const ulong ScanAndProtect = 3;

    /// <summary>PAGE_IS_WRITTEN.</summary>
    public const ulong Written = 2;

    /// <summary>O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY, the last so that ordinary users may.</summary>
    public const nint OpenFlags = 0x80000 | 0x800 | 1;

    private const nint UserFaultX64 = 323;
    private const nint UserFaultGeneric = 282;

    /// <summary>Opens the watch; a negative number where the kernel or its policy has none.</summary>
    public static int Open() =>
        (int)SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? UserFaultX64 : UserFaultGeneric, OpenFlags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint flags);

    /// <summary>struct uffdio_api.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Api
    {
        public ulong Version;
        public ulong Features;
        public ulong Requests;
    }

    /// <summary>struct uffdio_register.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Register
    {
        public ulong Start;
        public ulong LengthBytes;
        public ulong Mode;
        public ulong Requests;
    }

    /// <summary>struct page_region.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PageRegion
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }

    /// <summary>struct pm_scan_arg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Scan
    {
        public ulong SizeBytes;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public PageRegion* Regions;
        public ulong RegionCount;
        public ulong PagesMax;
        public ulong CategoryInverted;
        public ulong CategoryMask;
        public ulong CategoryAnyOf;
        public ulong ReturnMask;
    }
}
