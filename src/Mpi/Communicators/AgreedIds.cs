using System.Numerics;

namespace MPI;

/// <summary>
/// Ids of communicators on which ranks agree without a message. Two communicators that share a process always differ in their id, because they
/// differ in parent or in order of creation; two parts of one split share an id and no pair of processes.
/// </summary>
internal static class AgreedIds
{
    public const ulong World = 0x9E3779B97F4A7C15;
    public const ulong Self = 0xC2B2AE3D27D4EB4F;

    /// <summary>What spawned processes bring to the agreement with those that spawned them.</summary>
    public const ulong Parent = 0x165667B19E3779F9;

    /// <summary>What the communicators of a session come from.</summary>
    public const ulong Session = 0x27D4EB2F165667C5;

    /// <summary>The id of the n-th communicator derived from a parent, n from 1.</summary>
    public static ulong OfDerived(ulong parent, uint order) => Mix(parent ^ (order * 0xD6E8FEB86659FD93UL));

    /// <summary>The id of a communicator between two groups, from the ids that each group brings; the same from either side.</summary>
    public static ulong OfPair(ulong one, ulong other) => one < other ? Mix(one ^ BitOperations.RotateLeft(other, 23)) : Mix(other ^ BitOperations.RotateLeft(one, 23));

    /// <summary>Communicators made by native code have no agreed order; the handle's value stands in, which need not agree between ranks.</summary>
    public static ulong OfAdopted(nint handle) => Mix((ulong)handle);

    /// <summary>The finalizer of splitmix64: every input bit changes half of the output bits.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
