using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using HpcVirt.Hypervisor.VSphere.Wire;

namespace HpcVirt.Hypervisor.VSphere;

/// <summary>What a snapshot is called: by its name it is found again, for its id changes when the machine is registered anew.</summary>
internal static class SnapshotName
{
    /// <summary>A name that no other snapshot of the guest has: the instant, and where its reference goes.</summary>
    public static string Of(string guest, string file, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"hpcvirt-{guest}-{now.UtcDateTime:yyyyMMdd'T'HHmmssfffffff'Z'}-{(uint)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(file)):x8}");

    /// <summary>Finds a snapshot by its name.</summary>
    /// <returns>Its id; null if it is not there.</returns>
    public static string? Find(ViSnapshotInfo? all, string name)
    {
        var rest = new Stack<ViSnapshotTree>(all?.RootSnapshotList ?? []);
        while (rest.TryPop(out ViSnapshotTree? tree))
        {
            if (tree.Name == name) return tree.Snapshot.Value;
            foreach (ViSnapshotTree child in tree.ChildSnapshotList ?? []) rest.Push(child);
        }

        return null;
    }
}
