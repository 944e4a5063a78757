using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;

namespace HpcVirt.Benchmarks.Recovery;

/// <summary>
/// The recovery that a program would have if its author wrote it by hand for Open MPI 4: a ring of ranks that save their state in files, and take in a replacement
/// themselves. It knows of a loss from a file that appears, at once; what it costs from there is what any recovery by spawn must cost.
/// </summary>
/// <remarks>Plain calls of the C library on purpose, and nothing of the project's own: this is what its figures are held against.</remarks>
internal static unsafe partial class HandMade
{
    private const string Mpi = "libmpi.so.40";
    private const int Doubles = 60_000;
    private const int SaveEvery = 25;

    private static readonly nint Library = NativeLibrary.Load(Mpi);
    private static readonly nint World = NativeLibrary.GetExport(Library, "ompi_mpi_comm_world");
    private static readonly nint Byte = NativeLibrary.GetExport(Library, "ompi_mpi_byte");
    private static readonly nint NoInfo = NativeLibrary.GetExport(Library, "ompi_mpi_info_null");

    /// <summary>Runs a rank, until the bench ends it.</summary>
    /// <param name="place">The folder for its files.</param>
    /// <param name="isReplacement">Whether it takes the place of a lost rank.</param>
    /// <param name="command">How this program is started.</param>
    public static int Run(string place, bool isReplacement, IReadOnlyList<string> command)
    {
        int level, rank, size;
        Check(MPI_Init_thread(null, null, 1, &level));
        nint world = World;
        int losses = 0;
        if (isReplacement)
        {
            nint parent, merged, ordered;
            Check(MPI_Comm_get_parent(&parent));
            Check(MPI_Intercomm_merge(parent, 1, &merged));
            losses = Directory.GetFiles(place, "lost-*").Length;
            int own = int.Parse(File.ReadAllText(Path.Combine(place, $"lost-{losses}")), CultureInfo.InvariantCulture);
            Check(MPI_Comm_split(merged, 0, own, &ordered));
            world = ordered;
        }

        Check(MPI_Comm_rank(world, &rank));
        Check(MPI_Comm_size(world, &size));
        double[] state = new double[Doubles];
        byte[] mine = new byte[4096], theirs = new byte[4096];
        long step = isReplacement ? Load(place, rank, state) : 0;
        Publish(Path.Combine(place, $"pid-{rank}"), System.Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        bool isFirst = isReplacement;
        while (true)
        {
            if (!Exchange(world, rank, size, mine, theirs, Path.Combine(place, $"lost-{losses + 1}")))
            {
                losses++;
                int lost = int.Parse(File.ReadAllText(Path.Combine(place, $"lost-{losses}")), CultureInfo.InvariantCulture);
                world = Replace(world, rank, lost, losses, command);
                step = Load(place, rank, state);
                isFirst = true;
                continue;
            }

            for (int i = 1; i < state.Length; i++) state[i] = (0.5 * state[i]) + (0.25 * state[i - 1]) + step;
            step++;
            if (isFirst && rank == 0) Publish(Path.Combine(place, $"stepped-{losses}"), DateTimeOffset.UtcNow.Ticks.ToString(CultureInfo.InvariantCulture));
            isFirst = false;
            if (step % SaveEvery == 0) Save(place, rank, step, state);
        }
    }

    /// <summary>One message around the ring; false if a rank was lost meanwhile.</summary>
    private static bool Exchange(nint world, int rank, int size, byte[] mine, byte[] theirs, string loss)
    {
        fixed (byte* send = mine, receive = theirs)
        {
            nint* requests = stackalloc nint[2];
            Check(MPI_Irecv(receive, theirs.Length, Byte, (rank + size - 1) % size, 7, world, &requests[0]));
            Check(MPI_Isend(send, mine.Length, Byte, (rank + 1) % size, 7, world, &requests[1]));
            for (int round = 0; ; round++)
            {
                int done;
                Check(MPI_Testall(2, requests, &done, 0));
                if (done != 0) return true;
                if (round % 64 == 63 && File.Exists(loss)) return false;
                _ = SchedYield();
            }
        }
    }

    private static nint Replace(nint world, int rank, int lost, int number, IReadOnlyList<string> command)
    {
        nint all, left, survivors, connection, merged, ordered;
        Check(MPI_Comm_group(world, &all));
        Check(MPI_Group_excl(all, 1, &lost, &left));
        Check(MPI_Comm_create_group(world, left, 1000 + number, &survivors));
        int count = command.Count, code;
        byte*[] words = new byte*[count];
        for (int i = 1; i < count; i++) words[i - 1] = Text(command[i]);
        fixed (byte** arguments = words)
        {
            nint info = NoInfo;
            int first;
            Check(MPI_Comm_rank(survivors, &first));
            if (first == 0)
            {
                Check(MPI_Info_create(&info));
                Check(MPI_Info_set(info, Text("host"), Text(((char)('a' + lost)).ToString())));
            }

            Check(MPI_Comm_spawn(Text(command[0]), arguments, 1, info, 0, survivors, &connection, &code));
        }

        Check(MPI_Intercomm_merge(connection, 0, &merged));
        Check(MPI_Comm_split(merged, 0, rank, &ordered));
        return ordered;
    }

    private static void Save(string place, int rank, long step, double[] state)
    {
        using (var file = new BinaryWriter(File.Create(Path.Combine(place, $"state-{rank}.part"))))
        {
            file.Write(step);
            file.Write(MemoryMarshal.AsBytes(state.AsSpan()));
        }

        File.Move(Path.Combine(place, $"state-{rank}.part"), Path.Combine(place, $"state-{rank}"), overwrite: true);
    }

    private static long Load(string place, int rank, double[] state)
    {
        string path = Path.Combine(place, $"state-{rank}");
        if (!File.Exists(path)) return 0;
        using var file = new BinaryReader(File.OpenRead(path));
        long step = file.ReadInt64();
        file.BaseStream.ReadExactly(MemoryMarshal.AsBytes(state.AsSpan()));
        return step;
    }

    private static void Publish(string path, string text)
    {
        File.WriteAllText(path + ".part", text);
        File.Move(path + ".part", path, overwrite: true);
    }

    private static byte* Text(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);

    private static void Check(int code)
    {
        if (code != 0) throw new InvalidOperationException($"MPI answers {code}");
    }

    [LibraryImport(Mpi)] private static partial int MPI_Init_thread(int* argc, byte*** argv, int required, int* provided);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_get_parent(nint* parent);

    [LibraryImport(Mpi)] private static partial int MPI_Intercomm_merge(nint comm, int high, nint* merged);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_split(nint comm, int color, int key, nint* split);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_rank(nint comm, int* rank);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_size(nint comm, int* size);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_group(nint comm, nint* group);

    [LibraryImport(Mpi)] private static partial int MPI_Group_excl(nint group, int count, int* ranks, nint* left);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_create_group(nint comm, nint group, int tag, nint* created);

    [LibraryImport(Mpi)] private static partial int MPI_Comm_spawn(byte* command, byte** argv, int count, nint info, int root, nint comm, nint* intercomm, int* codes);

    [LibraryImport(Mpi)] private static partial int MPI_Info_create(nint* info);

    [LibraryImport(Mpi)] private static partial int MPI_Info_set(nint info, byte* key, byte* value);

    [LibraryImport(Mpi)] private static partial int MPI_Irecv(void* buffer, int count, nint type, int source, int tag, nint comm, nint* request);

    [LibraryImport(Mpi)] private static partial int MPI_Isend(void* buffer, int count, nint type, int dest, int tag, nint comm, nint* request);

    [LibraryImport(Mpi)] private static partial int MPI_Testall(int count, nint* requests, int* done, nint statuses);

    [LibraryImport("libc", EntryPoint = "sched_yield")] private static partial int SchedYield();
}
