using MPI.Native;

namespace MPI;

/// <summary>Translates the library's results of comparisons, whose numbers differ between ABIs.</summary>
internal static class Comparisons
{
    public static Comparison FromNative(int result)
    {
        if (result == Abi.Table.Identical)
            return Comparison.Identical;
        if (result == Abi.Table.Congruent)
            return Comparison.Congruent;
        return result == Abi.Table.Similar ? Comparison.Similar : Comparison.Unequal;
    }
}
