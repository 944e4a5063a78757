using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using MPI;

namespace HpcVirt.Ranks.Harness;

/// <summary>A test that runs on every rank of a job: any public static method in the namespace of cases that takes the world communicator.</summary>
public sealed record RankCase(string Name, int MinRanks, int MaxRanks, Action<Intracommunicator> Body);

public static class RankCases
{
    public static IReadOnlyList<RankCase> All { get; } =
    [
        .. from type in typeof(RankCases).Assembly.GetTypes()
           where type.IsPublic && type.IsAbstract && type.IsSealed && type.Namespace == "HpcVirt.Ranks.Cases"
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
           where method.GetParameters() is [var only] && only.ParameterType == typeof(Intracommunicator)
           let ranks = method.GetCustomAttribute<RanksAttribute>() ?? new RanksAttribute()
           orderby type.Name, method.Name
           select new RankCase($"{type.Name}.{method.Name}", ranks.Min, ranks.Max, method.CreateDelegate<Action<Intracommunicator>>()),
    ];
}
