using System;

namespace HpcVirt.Ranks.Programs;

/// <summary>Whole programs for tests that need a job from its first to its last breath.</summary>
internal static class TestPrograms
{
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["walk", .. var rest]:
                return WalkProgram.Run(rest);
            case [SpawnedProgram.Name, ..]:
                return SpawnedProgram.Run(args);
            case [LostPeerProgram.Name, ..]:
                return LostPeerProgram.Run(args);
            case [SessionsProgram.Name, var rounds, .. var rest]:
                return SessionsProgram.Run(int.Parse(rounds), rest is ["structures"]);
            case [StructuresProgram.Name, .. var rest]:
                return StructuresProgram.Run(rest);
            case ["freed"]:
                return QuiescePrograms.Freed();
            case ["threads"]:
                return QuiescePrograms.Threads();
            case ["funneled"]:
                return QuiescePrograms.Funneled();
            case ["late", .. var rest]:
                return QuiescePrograms.Late(rest);
            case ["early", .. var rest]:
                return QuiescePrograms.Early(rest);
            case ["hello"]:
                return HelloProgram.Run(args);
            default:
                Console.Error.WriteLine($"ranks: unknown program {string.Join(' ', args)}");
                return 2;
        }
    }
}
