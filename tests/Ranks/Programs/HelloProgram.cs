using System;
using MPI;

namespace HpcVirt.Ranks.Programs;

/// <summary>Says which library it runs on; for tests of launching.</summary>
internal static class HelloProgram
{
    public static int Run(string[] args)
    {
        try
        {
            using var environment = new MPI.Environment(ref args);
            Console.WriteLine($"rank {Communicator.world.Rank} of {Communicator.world.Size} on {MpiFeatures.Current.Flavor}");
            return 0;
        }
        catch (MpiLibraryException error)
        {
            Console.Error.WriteLine(error.Message);
            return 3;
        }
    }
}
