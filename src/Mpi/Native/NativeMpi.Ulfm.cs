using unsafe Agree = delegate* unmanaged<nint, int*, int>;
using unsafe Derive = delegate* unmanaged<nint, nint*, int>;
using unsafe Revoke = delegate* unmanaged<nint, int>;

namespace MPI.Native;

/// <summary>
/// Calls of user-level failure mitigation (https://fault-tolerance.org). Not in every library: null where they are not exported, and whoever calls
/// them has asked <see cref="MpiFeatures.HasUlfm"/> before.
/// </summary>
internal static unsafe partial class NativeMpi
{
    public static readonly Revoke MPIX_Comm_revoke = (Revoke)IfExported("MPIX_Comm_revoke");

    public static readonly Derive MPIX_Comm_shrink = (Derive)IfExported("MPIX_Comm_shrink");

    public static readonly Agree MPIX_Comm_agree = (Agree)IfExported("MPIX_Comm_agree");
}
