using System.Runtime.InteropServices;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>The user that this process runs as. Asked from the kernel: $USER need not be set in a container.</summary>
internal static partial class CurrentUser
{
    public static uint Id => EffectiveUserId();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUserId();
}
