namespace HpcVirt.Mpi.Resilience;

/// <summary>How a program writes a file that it protects.</summary>
public enum FileKind
{
    /// <summary>
    /// The file only grows. A checkpoint holds its length and a checksum; a restart cuts off what came later. If the file has become shorter than
    /// the newest checkpoint knows it, or its beginning differs, an older checkpoint is used that fits, and the report names the file.
    /// </summary>
    Appended,

    /// <summary>The file is written in any way. A checkpoint holds a copy of it, which a restart puts back; meant for files that are not large.</summary>
    Rewritten,
}
