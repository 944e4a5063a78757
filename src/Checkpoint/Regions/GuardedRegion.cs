using System;

namespace HpcVirt.Checkpoint;

/// <summary>Calls into regions, whose code may be the program's own: what it throws becomes an error that names the region.</summary>
internal static class GuardedRegion
{
    public static RegionDescriptor BeginSave(CheckpointRegion region)
    {
        try
        {
            return region.BeginSave();
        }
        catch (Exception e) when (e is not CheckpointException)
        {
            throw Failure(region, "be saved", e);
        }
    }

    public static void Check(CheckpointRegion region, RegionDescriptor stored)
    {
        try
        {
            region.Check(stored);
        }
        catch (Exception e) when (e is not CheckpointException)
        {
            throw Failure(region, "be checked", e);
        }
    }

    public static void BeginRestore(CheckpointRegion region, RegionDescriptor stored)
    {
        try
        {
            region.BeginRestore(stored);
        }
        catch (Exception e) when (e is not CheckpointException)
        {
            throw Failure(region, "make ready to be restored", e);
        }
    }

    public static void EndRestore(CheckpointRegion region)
    {
        try
        {
            region.EndRestore();
        }
        catch (Exception e) when (e is not CheckpointException)
        {
            throw Failure(region, "take its restored bytes", e);
        }
    }

    public static Span<byte> Slice(CheckpointRegion region, long offsetBytes, int lengthBytes)
    {
        Span<byte> bytes;
        try
        {
            bytes = region.Slice(offsetBytes, lengthBytes);
        }
        catch (Exception e) when (e is not CheckpointException)
        {
            throw Failure(region, $"give its bytes {offsetBytes} to {offsetBytes + lengthBytes}", e);
        }

        return bytes.Length == lengthBytes
            ? bytes
            : throw new CheckpointException(
                $"Region '{region.Name}' gave {bytes.Length} bytes at {offsetBytes} where {lengthBytes} were asked for; its Slice is wrong.");
    }

    private static CheckpointException Failure(CheckpointRegion region, string verb, Exception cause) =>
        new($"Region '{region.Name}' could not {verb}: {cause.GetType().Name}: {cause.Message}", cause);
}
