using MPI.Native;

namespace MPI;

/// <summary>How messages to people name a communication that is under way.</summary>
internal static class RequestText
{
    public static string To(string call, int dest, int tag, Communicator communicator) =>
        $"{call} to {(dest == Abi.ProcNull ? "nobody" : dest)}, tag {tag}, on {communicator.Name}";

    public static string From(string call, int source, int tag, Communicator communicator) =>
        $"{call} from {Source(source)}, {(tag == Abi.AnyTag ? "any tag" : $"tag {tag}")}, on {communicator.Name}";

    private static string Source(int source)
    {
        if (source == Abi.AnySource)
            return "any rank";
        return source == Abi.ProcNull ? "nobody" : $"{source}";
    }
}
