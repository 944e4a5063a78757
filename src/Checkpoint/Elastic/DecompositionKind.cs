namespace HpcVirt.Checkpoint;

/// <summary>How the parts of a global array lie on ranks.</summary>
public enum DecompositionKind
{
    /// <summary>Each rank has one box, with layers of its neighbours' elements around it.</summary>
    Block,

    /// <summary>Blocks are dealt out over a grid of ranks in turns, as ScaLAPACK does.</summary>
    BlockCyclic,

    /// <summary>Each rank has elements of any numbers, as in unstructured meshes.</summary>
    IndexList,
}
