using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Whether what the ranks of one host want of its memory is there. A pure function.</summary>
internal static class RoomPlan
{
    private const double GibiBytes = 1 << 30;

    /// <summary>Null, or the refusal for people: what is needed, what there is, and what to do.</summary>
    /// <param name="hostName">The host's name.</param>
    /// <param name="ofHost">What its ranks want.</param>
    /// <param name="slots">The slots per rank.</param>
    /// <param name="rooms">All bounds on what there is.</param>
    public static string? Refusal(string hostName, IReadOnlyList<RoomReport> ofHost, int slots, IReadOnlyList<MemoryRoom> rooms)
    {
        if (rooms.Count == 0) return null;
        MemoryRoom room = rooms.MinBy(static r => r.Bytes);
        long need = ofHost.Sum(static r => r.NewBytes);
        if (need <= room.Bytes) return null;
        long needWithTwo = ofHost.Sum(static r => r.NewBytesWithTwoSlots);
        string twoSlots = slots <= StagedOptions.MinimumSlots ? ""
            : needWithTwo <= room.Bytes ? $"Two slots per rank would do with {InGibiBytes(needWithTwo)} GiB (HPCVIRT_SLOTS=2). "
            : $"Two slots per rank (HPCVIRT_SLOTS=2) would still need {InGibiBytes(needWithTwo)} GiB. ";
        return $"The memory tier needs {InGibiBytes(need)} GiB more on host {hostName} for {ofHost.Count} rank(s) of {slots} slots each, redundancy included, "
            + $"and there are {InGibiBytes(room.Bytes)} GiB: {room.Bound}. {twoSlots}"
            + "Or put fewer ranks on a host, or checkpoint straight to a directory, which takes no memory: leave HPCVIRT_MEMORY unset.";
    }

    private static string InGibiBytes(long bytes) => (bytes / GibiBytes).ToString("F3", CultureInfo.InvariantCulture);
}
