using MPI.Native;

namespace MPI;

/// <summary>
/// Roots of collectives between two groups. The root passes <see cref="Root"/>, the other ranks of its group pass <see cref="Null"/>, and the
/// ranks of the other group pass the root's rank.
/// </summary>
public partial class Intercommunicator
{
    /// <summary>
    /// The root argument of the root itself (MPI_ROOT). MPI.NET has it as a constant; it is a property here because its value differs between
    /// MPI libraries and one program runs under all of them. Where a constant is demanded (a case label, a default argument), compare instead.
    /// </summary>
    public static int Root => Abi.Table.Root;

    /// <summary>
    /// The root argument of the other ranks in the root's group (MPI_PROC_NULL): they take part in the call, and no data. A property for the
    /// same reason as <see cref="Root"/>.
    /// </summary>
    public static int Null => Abi.ProcNull;

    /// <summary>A rank is not among those of the other group.</summary>
    private protected override int OwnSlot => -1;

    private protected override RootRole RoleOf(int root)
    {
        if (root == Abi.Table.Root)
            return RootRole.Root;
        return root == Abi.ProcNull ? RootRole.Bystander : RootRole.Peer;
    }
}
