using System;
using System.Collections.Generic;
using System.Linq;
using MPI;
using MPI.Native;

namespace HpcVirt.Ranks.Cases;

/// <summary>A value that holds a reference: it is serialized.</summary>
[Serializable]
internal sealed record Person(string Name, int Age);

/// <summary>A struct that holds a reference.</summary>
[Serializable]
internal record struct Label(string Text, int Number);

/// <summary>A struct that travels as its bytes, padding included.</summary>
internal readonly record struct Sample(byte Kind, double Value, int Owner);

/// <summary>Digits written one behind the other: combining them is associative, and never commutative.</summary>
internal readonly record struct Digits(long Number, long Base)
{
    public static Digits Of(int digit) => new(digit, 10);

    public static Digits Append(Digits x, Digits y) => new((x.Number * y.Base) + y.Number, x.Base * y.Base);

    /// <summary>The number that the digits first to last make.</summary>
    public static long Run(int first, int last) => Enumerable.Range(first, Math.Max(0, last - first + 1)).Aggregate(0L, (number, digit) => (number * 10) + digit);
}

/// <summary>The even ranks and the odd ranks of a communicator, as the two groups of an intercommunicator.</summary>
internal sealed class TwoGroups : IDisposable
{
    private const int SetupTag = 77;

    private readonly Intracommunicator _mine;

    public unsafe TwoGroups(Intracommunicator world)
    {
        IsEven = world.Rank % 2 == 0;
        _mine = (Intracommunicator)world.Split(world.Rank % 2, world.Rank)!;
        nint handle = 0;
        ErrorCheck.ThrowIfFailed(NativeMpi.MPI_Intercomm_create(_mine.Handle, 0, world.Handle, IsEven ? 1 : 0, SetupTag, &handle), "MPI_Intercomm_create", world);
        Between = new Intercommunicator(handle, AgreedIds.OfPair(1, 2));
    }

    public Intercommunicator Between { get; }

    public bool IsEven { get; }

    /// <summary>The other group's ranks in the communicator that was divided, in their own order.</summary>
    public IReadOnlyList<int> Others => [.. Enumerable.Range(0, Between.RemoteSize).Select(rank => (rank * 2) + (IsEven ? 1 : 0))];

    /// <summary>The root argument of an operation whose root is the first of the even ranks.</summary>
    public int RootIsFirstEven => IsEven ? (Between.Rank == 0 ? Intercommunicator.Root : Intercommunicator.Null) : 0;

    public void Dispose()
    {
        Between.Dispose();
        _mine.Dispose();
    }
}
