namespace HpcVirt.Checkpoint;

/// <summary>What a restart goes by.</summary>
/// <param name="Program">The program's name; a checkpoint of another is refused.</param>
/// <param name="MayStartOver">Whether to begin at the first step when no version verifies.</param>
/// <param name="StartsMax">How many starts a version may have without progress before an older one is tried; 0: any number.</param>
internal sealed record RestartRules(string Program, bool MayStartOver, int StartsMax);
