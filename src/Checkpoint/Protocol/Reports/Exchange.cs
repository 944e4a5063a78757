using HpcVirt.Checkpoint.Formats;

namespace HpcVirt.Checkpoint.Protocol;

/// <summary>Collective: each rank's report to all ranks.</summary>
internal static class Exchange
{
    public static T[] All<T>(ICheckpointGroup group, T mine)
        where T : IReport<T>
    {
        var writer = new ByteWriter();
        mine.Encode(writer);
        byte[][] gathered = group.Gather(writer.Written);

        var reports = new T[gathered.Length];
        for (int rank = 0; rank < reports.Length; rank++)
        {
            var reader = new ByteReader(gathered[rank], $"the report of rank {rank}");
            reports[rank] = T.Decode(ref reader);
        }

        return reports;
    }
}
