using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>The neighbours of a rank in a ring of all; on one rank it is its own neighbour.</summary>
internal static class Ring
{
    public static int Next(Intracommunicator world) => (world.Rank + 1) % world.Size;

    public static int Previous(Intracommunicator world) => (world.Rank + world.Size - 1) % world.Size;
}
