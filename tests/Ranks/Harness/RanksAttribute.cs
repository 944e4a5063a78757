using System;

namespace HpcVirt.Ranks.Harness;

/// <summary>On how many ranks a case makes sense; without the attribute it runs on 1, 2, 3 and 4.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RanksAttribute : Attribute
{
    public int Min { get; init; } = 1;

    public int Max { get; init; } = 4;
}
