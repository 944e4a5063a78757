using System;
using System.Threading;
using HpcVirt.Mpi.Resilience;

namespace HpcVirt.Samples.Farm;

/// <summary>
/// A ring of ranks in which every step uses what the left neighbour sent in the step before: the receives are posted and the messages are sent before
/// the loop's header, and are in flight over it. Three fields of different width; the messages of the widest are so large that they leave
/// their sender only when the receiver takes them. Requests that cross the header have names.
/// </summary>
internal static class PipelinedHalos
{
    public static int Run(ResilientJob job, FarmOptions options)
    {
        int right = (job.World.Rank + 1) % job.World.Size;
        int left = (job.World.Rank + job.World.Size - 1) % job.World.Size;
        Field[] fields =
        [
            new(job, "narrow", 16, tag: 1, left, right),
            new(job, "middle", 256, tag: 2, left, right),
            new(job, "wide", options.Width, tag: 3, left, right),
        ];
        job.Restore();
        if (job.IsFresh)
            Array.ForEach(fields, static field => field.Post());

        foreach (long step in job.Steps(options.Steps))
        {
            foreach (Field field in fields)
                field.Step(step);
            Thread.Sleep(options.StepTime);
        }

        // What the last step has sent is received, so that nothing is under way when MPI ends.
        ulong hash = 0;
        foreach (Field field in fields)
        {
            field.Complete();
            hash = (hash * 31) + field.Hash();
        }

        ulong[] all = new ulong[job.World.Size];
        job.World.Allgather<ulong>([hash], all);
        if (job.World.Rank == 0)
            Console.WriteLine($"halos: {options.Steps} steps, {string.Join(' ', Array.ConvertAll(all, static part => $"{part:x16}"))}");
        return 0;
    }

    private sealed class Field
    {
        private readonly ulong[] _cells;
        private readonly ulong[] _outbox;
        private readonly ulong[] _inbox;
        private readonly InFlight _send;
        private readonly InFlight _receive;

        public Field(ResilientJob job, string name, int width, int tag, int left, int right)
        {
            _cells = new ulong[width];
            _outbox = new ulong[width];
            _inbox = new ulong[width];
            for (int index = 0; index < width; index++)
                _cells[index] = (ulong)((job.World.Rank * 1_000_003) + index + tag);
            job.Protect<ulong>(name, () => _cells);
            _receive = job.InFlight($"{name} from the left", () => job.World.ImmediateReceive<ulong>(left, tag, _inbox.AsMemory()));
            _send = job.InFlight($"{name} to the right", () => job.World.ImmediateSend<ulong>(_outbox.AsMemory(), right, tag));
        }

        public void Post()
        {
            _cells.CopyTo(_outbox, 0);
            _receive.Post();
            _send.Post();
        }

        public void Step(long step)
        {
            Complete();
            for (int index = 0; index < _cells.Length; index++)
                _cells[index] = (_cells[index] * 6364136223846793005UL) + _inbox[index] + (ulong)step;
            Post();
        }

        public void Complete()
        {
            _receive.Wait();
            _send.Wait();
        }

        public ulong Hash()
        {
            ulong hash = 14695981039346656037;
            foreach (ulong cell in _cells)
                hash = (hash ^ cell) * 1099511628211;
            return hash;
        }
    }
}
