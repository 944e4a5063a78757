using System;
using System.Collections.Generic;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>Values attached to communicators, and what a clone gets.</summary>
public static class AttributeCases
{
    public static void An_attribute_is_null_until_it_is_set_and_after_it_is_removed(Intracommunicator world)
    {
        var key = MPI.Attribute.Create<string>(AttributeDuplication.None);
        Expect.True(world.Attributes[key] is null, "before");
        world.Attributes[key] = "value";
        Expect.Equal("value", (string)world.Attributes[key]!, "while set");
        world.Attributes.Remove(key);
        world.Attributes.Remove(key);
        Expect.True(world.Attributes[key] is null, "after");
    }

    public static void A_clone_gets_what_the_rule_of_each_attribute_says(Intracommunicator world)
    {
        using var parent = (Intracommunicator)world.Clone();
        var none = MPI.Attribute.Create<int>(AttributeDuplication.None);
        var small = MPI.Attribute.Create<int>(AttributeDuplication.Shallow);
        var large = MPI.Attribute.Create<decimal>(AttributeDuplication.Shallow);
        var deepValue = MPI.Attribute.Create<decimal>(AttributeDuplication.Deep);
        var shared = MPI.Attribute.Create<List<int>>(AttributeDuplication.Shallow);
        var copied = MPI.Attribute.Create<int[]>(AttributeDuplication.Deep);
        foreach ((MPI.Attribute key, object value) in new (MPI.Attribute, object)[] { (none, 1), (small, 2), (large, 3m), (deepValue, 4m), (shared, new List<int>()), (copied, new[] { 5 }) })
            parent.Attributes[key] = value;

        using var child = (Intracommunicator)parent.Clone();
        parent.Attributes[small] = 20;
        parent.Attributes[large] = 30m;
        parent.Attributes[deepValue] = 40m;
        ((List<int>)parent.Attributes[shared]!).Add(1);
        ((int[])parent.Attributes[copied]!)[0] = 50;
        Expect.True(child.Attributes[none] is null, "none");
        Expect.Equal(2, (int)child.Attributes[small]!, "a small value is copied");
        Expect.Equal(30m, (decimal)child.Attributes[large]!, "a large one is shared");
        Expect.Equal(4m, (decimal)child.Attributes[deepValue]!, "unless the copy is deep");
        Expect.Equal(1, ((List<int>)child.Attributes[shared]!).Count, "an object is shared");
        Expect.Equal(5, ((int[])child.Attributes[copied]!)[0], "or cloned");
    }

    public static void A_value_of_another_type_is_refused(Intracommunicator world)
    {
        var key = MPI.Attribute.Create<int>(AttributeDuplication.None);
        Expect.Throws<InvalidCastException>(() => world.Attributes[key] = 1.5, "a double for an int");
    }
}
