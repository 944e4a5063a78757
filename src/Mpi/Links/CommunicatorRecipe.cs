using System;
using System.Collections.Generic;
using System.Linq;
using MPI.Native;

namespace MPI.Links;

/// <summary>
/// How this process's communicators were made, in order: what is needed to make them again on a world in which another process has taken a rank's place,
/// beneath the objects that the program holds. A process that takes a place runs the program's beginning and makes the same calls.
/// </summary>
/// <remarks>
/// The recipe ends where the program comes to its first safe point: what it makes later a process that begins anew would not make, so that nothing may be
/// left of it. Off, and one null check for each communicator that is made, unless ranks may move.
/// </remarks>
internal static class CommunicatorRecipe
{
    private const int DefaultStepsMax = 4096;

    private static readonly HashSet<Communicator> Late = [];

    private static List<Step>? s_steps;
    private static bool s_isSealed;
    private static bool s_isLasting;
    private static int s_stepsMax;
    private static bool s_isReplaying;
    private static string? s_stranger;

    /// <summary>Whether what is made is written down.</summary>
    public static bool IsOn => s_steps is not null && !s_isReplaying;

    /// <summary>Why the communicators of this process cannot be made again; null if they can.</summary>
    public static string? Obstacle => s_stranger ?? (Late.Count > 0
        ? $"{Late.First().Name} was made after the first safe point, where a process that takes a rank's place would not make it"
        : null);

    /// <summary>Begins an empty recipe, on a world from which nothing was made yet.</summary>
    /// <param name="isLasting">Whether it goes on after the first safe point: the processes stay those that made the communicators.</param>
    /// <param name="stepsMax">Most steps of one that lasts.</param>
    public static void Begin(bool isLasting = false, int stepsMax = DefaultStepsMax)
    {
        s_stepsMax = stepsMax;
        s_steps = [];
        s_isLasting = isLasting;
        s_isSealed = false;
        s_stranger = null;
        Late.Clear();
    }

    /// <summary>Writes nothing down any more.</summary>
    public static void Stop() => s_steps = null;

    /// <summary>The program is at its first safe point.</summary>
    public static void Seal() => s_isSealed = !s_isLasting;

    /// <summary>Writes down how a communicator was made.</summary>
    /// <param name="made">The communicator; null where this process got none.</param>
    /// <param name="parent">What it was made from.</param>
    /// <param name="make">Makes a native handle like it from what <paramref name="parent"/> is then.</param>
    /// <param name="isDuplicate">Whether all processes of <paramref name="parent"/> are in it.</param>
    public static void Made(Communicator? made, Communicator parent, Func<nint> make, bool isDuplicate = false)
    {
        if (!IsOn) return;
        if (!s_isSealed) Add(new Step(made, parent, make, isDuplicate));
        else if (made is not null) Late.Add(made);
    }

    /// <summary>A communicator is freed.</summary>
    public static void Freed(Communicator freed)
    {
        if (IsOn && !Late.Remove(freed) && !s_isSealed && !Forgotten(freed)) Add(new Step(freed, null, null, false));
    }

    /// <summary>A communicator was made that reaches beyond this job, or of which only native code knows how it was made.</summary>
    public static void MadeStranger(string what)
    {
        if (IsOn) s_stranger ??= what;
    }

    /// <summary>Makes everything again, collectively with all ranks of the world as it is now, and puts it beneath the objects that there are.</summary>
    /// <exception cref="MpiException">This rank has another place in a communicator than it had.</exception>
    public static void Replay()
    {
        s_isReplaying = true;
        try
        {
            // Freed since the first safe point: for those that come after it must be made all the same.
            HashSet<Communicator> gone = [.. s_steps!.Select(static step => step.Subject).OfType<Communicator>().Where(static made => made.Handle == Abi.CommNull && !made.IsOutside)];
            foreach (Step step in s_steps!) step.Run();
            foreach (Communicator made in gone.Where(static made => made.Handle != Abi.CommNull)) made.Abandon();
        }
        finally
        {
            s_isReplaying = false;
        }
    }

    /// <summary>
    /// Frees the native communicators beneath all objects, in the same order on all ranks, before MPI is finalized; <see cref="Replay"/> makes them again.
    /// </summary>
    public static unsafe void Release()
    {
        foreach (Communicator made in (s_steps ?? []).Select(static step => step.Subject).OfType<Communicator>().Where(static made => made.Handle != Abi.CommNull).Distinct().Reverse())
        {
            // The object keeps the number of what is gone: that is how it is told from those that the program has freed.
            nint handle = made.Handle;
            ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Comm_free(&handle), "MPI_Comm_free", made);
        }
    }

    private static void Add(Step step)
    {
        if (s_isLasting && s_steps!.Count == s_stepsMax) MadeStranger($"more than {s_stepsMax} communicators were made and freed");
        else s_steps!.Add(step);
    }

    /// <summary>
    /// Whether a lasting recipe can do without a communicator that is freed. Only where all processes of its parent see that it is: those outside of a
    /// part of a split would still make it.
    /// </summary>
    private static bool Forgotten(Communicator freed)
    {
        if (!s_isLasting || s_steps!.FindIndex(step => step.Subject == freed) is not (>= 0 and var made) || !s_steps[made].IsDuplicate || s_steps.Exists(step => step.Parent == freed))
            return false;
        s_steps.RemoveAt(made);
        return true;
    }

    /// <summary>One communicator is made, or freed if there is nothing to make it.</summary>
    private sealed record Step(Communicator? Subject, Communicator? Parent, Func<nint>? Make, bool IsDuplicate)
    {
        public void Run()
        {
            if (Make is null)
            {
                Subject!.Dispose();
                return;
            }

            nint made = Make();
            ulong id = Parent!.NextDerivedId();
            if (Subject is { IsOutside: false }) Subject.Renew(made, id);
            else if (made != Abi.CommNull) throw new MpiException($"A communicator that was made again from {Parent.Name} has this rank, which had no place in it before.");
        }
    }
}
