using System;

namespace HpcVirt.Checkpoint;

/// <summary>
/// Local work whose failure must not stay local: a rank that throws alone leaves the others waiting in the next collective call.
/// So the failure becomes words that travel with that call, and all ranks fail together.
/// </summary>
internal static class Attempted
{
    /// <summary>Null, or what went wrong.</summary>
    public static string? Run(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (CheckpointException e)
        {
            return e.Message;
        }
    }
}
