using System;

namespace HpcVirt.Checkpoint;

/// <summary>A named piece of a rank's state whose bytes are saved and filled in place.</summary>
/// <remarks>
/// The store calls, on the thread that called it: <see cref="BeginSave"/>, <see cref="Slice"/> from front to back,
/// <see cref="EndSave"/>; or <see cref="Check"/>, and once a whole checkpoint has verified on every rank
/// <see cref="BeginRestore"/>, <see cref="Slice"/>, <see cref="EndRestore"/>. What these throw fails the checkpoint on all ranks
/// together, with this rank and region named.
/// </remarks>
public abstract class CheckpointRegion
{
    /// <summary>A region of that name.</summary>
    protected CheckpointRegion(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    /// <summary>The name under which it is found again, unique within the program.</summary>
    public string Name { get; }

    /// <summary>Which part of which global array it is, or null: then it can only be restored on the same ranks.</summary>
    public virtual RegionDecomposition? Decomposition => null;

    /// <summary>Takes hold of the memory of now and describes it.</summary>
    public abstract RegionDescriptor BeginSave();

    /// <summary>Lets go of the memory, whether the save succeeded or not.</summary>
    public abstract void EndSave();

    /// <summary>Throws <see cref="CheckpointMismatchException"/> if a stored region cannot be filled into this one.</summary>
    public abstract void Check(RegionDescriptor stored);

    /// <summary>Makes ready for the bytes of a stored region, which <see cref="Check"/> has passed.</summary>
    public abstract void BeginRestore(RegionDescriptor stored);

    /// <summary>All bytes are in place and verified.</summary>
    public abstract void EndRestore();

    /// <summary>The memory itself, not a copy: <paramref name="lengthBytes"/> bytes from <paramref name="offsetBytes"/>.</summary>
    public abstract Span<byte> Slice(long offsetBytes, int lengthBytes);

    /// <summary>
    /// Between BeginSave and EndSave: whether the memory lies outside the managed heap, in one piece, so that the kernel can watch over writes
    /// to it. False for memory that the garbage collector may move, and for memory that devices write to past the kernel.
    /// </summary>
    internal virtual bool IsTrackable => false;

    /// <summary>The refusal that <see cref="Check"/> throws: names the region and both formats.</summary>
    protected CheckpointMismatchException Mismatch(RegionDescriptor stored, string expected) => new(
        $"Region '{Name}' is {stored.Format} in the checkpoint, but {expected} in this program. "
        + "Start with the sizes of the checkpoint, or name another directory.");
}
