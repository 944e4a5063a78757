using System.Collections.Generic;
using System.Text;

namespace HpcVirt.Checkpoint;

/// <summary>What must hold of the regions of one rank taken together.</summary>
internal static class RegionSet
{
    public static void CheckNames(IReadOnlyList<CheckpointRegion> regions)
    {
        var names = new HashSet<string>();
        foreach (CheckpointRegion region in regions)
        {
            if (!names.Add(region.Name)) throw new CheckpointException($"Two regions are named '{region.Name}'; give each its own name.");
        }
    }

    public static void CheckDescriptors(IReadOnlyList<RegionDescriptor> descriptors)
    {
        foreach (RegionDescriptor region in descriptors)
        {
            string? problem =
                Encoding.UTF8.GetByteCount(region.Name) > RegionDescriptor.MaximumNameBytes
                || Encoding.UTF8.GetByteCount(region.ElementType) > RegionDescriptor.MaximumNameBytes
                    ? $"its name or element type takes more than {RegionDescriptor.MaximumNameBytes} bytes"
                : region.Shape.Count > RegionDescriptor.MaximumDimensions
                    ? $"it has {region.Shape.Count} dimensions, more than {RegionDescriptor.MaximumDimensions}"
                : region.ElementBytes < 1 || RegionDescriptor.BytesOf(region.Shape, region.ElementBytes) != region.LengthBytes
                    ? $"{region.Format} of {region.ElementBytes} bytes each does not make {region.LengthBytes} bytes"
                : null;
            if (problem is not null) throw new CheckpointException($"Region '{region.Name}' cannot be saved: {problem}.");
        }
    }

    /// <summary>Both sides must hold the same names: state that is missing, or that nobody takes back, is a wrong result later.</summary>
    public static void CheckStored(IReadOnlyList<CheckpointRegion> regions, IReadOnlyList<RegionDescriptor> stored)
    {
        var byName = new Dictionary<string, RegionDescriptor>();
        foreach (RegionDescriptor descriptor in stored) byName[descriptor.Name] = descriptor;

        foreach (CheckpointRegion region in regions)
        {
            if (!byName.Remove(region.Name, out RegionDescriptor? descriptor))
            {
                throw new CheckpointMismatchException(
                    $"Region '{region.Name}' of this program is not in the checkpoint. "
                    + "Start with the program that wrote it, or name another directory.");
            }

            GuardedRegion.Check(region, descriptor);
        }

        foreach (RegionDescriptor left in byName.Values)
        {
            throw new CheckpointMismatchException(
                $"The checkpoint holds region '{left.Name}' ({left.Format}), which this program does not protect. "
                + "Start with the program that wrote it, or name another directory.");
        }
    }
}
