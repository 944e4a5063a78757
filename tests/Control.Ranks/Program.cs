using System;
using System.Globalization;
using System.IO;
using System.Threading;
using HpcVirt.Control.Ranks;
using HpcVirt.Mpi.Resilience.Channel;

// A rank without MPI: it counts, keeps its checkpoints in files, and talks to the supervisor as a real one does.
var options = RankOptions.Parse(args);
int rank = Number("OMPI_COMM_WORLD_RANK") ?? Number("PMI_RANK") ?? 0;
int size = Number("OMPI_COMM_WORLD_SIZE") ?? Number("PMI_SIZE") ?? 1;
var store = new CheckpointFiles(Environment.GetEnvironmentVariable(ControlEnvironment.Checkpoints) ?? ".", rank, size);
using ControlClient? client = ControlClient.TryConnectFromEnvironment(new RankIdentity(rank, size, "counting"), TimeProvider.System);

long step = 0;
long sum = 0;
if (Environment.GetEnvironmentVariable(ControlEnvironment.Restore) != ControlEnvironment.RestoreNever && store.Newest() is { } found)
{
    (step, sum) = found;
    client?.Restored(step, step, []);
}

// What was restored is not committed once more: the file from then may say "stop", and some would obey it before rank 0 has written anew.
long restored = step;
if (options.Unprotected) sum = rank;
for (; step < options.Steps; step++)
{
    client?.Beat(step);
    if (step == options.FailAt)
    {
        var error = new InvalidOperationException("this step always fails");
        client?.Failed(error, step);
        client?.Dispose();
        return 3;
    }

    if (step > restored && step % options.Every == 0)
    {
        bool stop = store.Commit(step, sum, stop: client?.StopRequested == true && !options.IgnoresStop);
        client?.CheckpointCommitted(step, step, TimeSpan.FromMilliseconds(1), sizeof(long));
        if (stop)
        {
            client?.Finished(0, endedEarly: true);
            return 0;
        }
    }

    sum = unchecked((sum * 31) + step + rank);
    if (rank == 0) Console.WriteLine(FormattableString.Invariant($"step {step} sum {sum}"));
    if (options.Log is { } log) File.AppendAllText($"{log}-{rank}", FormattableString.Invariant($"{step}\n"));
    if (options.Pace > 0) new ManualResetEventSlim().Wait(options.Pace);
}

File.WriteAllText(FormattableString.Invariant($"result-{rank}.txt"), FormattableString.Invariant($"{sum}\n"));
client?.Finished(0, endedEarly: false);
return 0;

static int? Number(string variable) =>
    int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
