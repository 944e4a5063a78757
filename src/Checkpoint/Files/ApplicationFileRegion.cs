using System;

namespace HpcVirt.Checkpoint.Files;

/// <summary>A region that stands for a file of the application. It belongs to the rank that declares it, whatever that rank's number is.</summary>
/// <param name="name">The file as the program named it, so that it is found again under another working directory.</param>
/// <param name="file">The file.</param>
/// <param name="flush">Hands what the program still holds in buffers to the system, or null.</param>
internal abstract class ApplicationFileRegion(string name, IApplicationFile file, Action? flush) : CheckpointRegion(NameOf(name))
{
    public const string AppendedType = "appended-file";
    public const string RewrittenType = "rewritten-file";

    /// <summary>Bytes at the region's start by which it is known, before anything is touched, whether the file can be brought back; 0: it always can.</summary>
    public virtual int ProofBytes => 0;

    protected IApplicationFile File => file;

    protected abstract string ElementType { get; }

    /// <summary>Whether a stored region stands for a file.</summary>
    public static bool IsFile(RegionDescriptor stored) => stored.ElementType is AppendedType or RewrittenType;

    public static string NameOf(string path) => $"file {path}";

    /// <summary>Throws if the file is not one that can be brought back to what it was.</summary>
    public virtual void CheckProof(ReadOnlySpan<byte> proof)
    {
        // A file whose bytes are in the checkpoint can be brought back from anything.
    }

    public sealed override void Check(RegionDescriptor stored)
    {
        if (stored.ElementType != ElementType) throw Mismatch(stored, ElementType);
    }

    /// <summary>What the program has said it has written must be in the file, not in the program.</summary>
    protected void Flush() => flush?.Invoke();

    protected RegionDescriptor Describe(long lengthBytes) => new(Name, ElementType, 1, [lengthBytes], lengthBytes);
}
