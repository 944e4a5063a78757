using System;
using MPI.Native;

namespace MPI;

/// <summary>Promises to the library about an epoch of one-sided communication, which it may use to go faster (MPI 4.1, section 12.5.5).</summary>
[Flags]
public enum WindowAssertions
{
    /// <summary>No promise.</summary>
    None = 0,

    /// <summary>The other side of Post and Start has been called already, or no other lock is held.</summary>
    NoCheck = 1,

    /// <summary>This rank did not write to its own part since the last synchronization.</summary>
    NoStore = 2,

    /// <summary>No other rank will Put or Accumulate into this rank's part until the next synchronization.</summary>
    NoPut = 4,

    /// <summary>The fence ends no epoch: this rank issued nothing before it. The same on all ranks.</summary>
    NoPrecede = 8,

    /// <summary>The fence begins no epoch: nobody issues anything behind it. The same on all ranks.</summary>
    NoSucceed = 16,
}

/// <summary>Translates promises into the library's numbers, which differ between ABIs.</summary>
internal static class WindowAssertionsExtensions
{
    public static int ToNative(this WindowAssertions assertions)
    {
        AbiTable table = Abi.Table;
        return Bit(WindowAssertions.NoCheck, table.ModeNoCheck) | Bit(WindowAssertions.NoStore, table.ModeNoStore) | Bit(WindowAssertions.NoPut, table.ModeNoPut)
            | Bit(WindowAssertions.NoPrecede, table.ModeNoPrecede) | Bit(WindowAssertions.NoSucceed, table.ModeNoSucceed);

        int Bit(WindowAssertions one, int native) => (assertions & one) != 0 ? native : 0;
    }
}
