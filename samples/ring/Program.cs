// An MPI.NET program, as its users wrote them for years: nothing but MPI.NET's public API. It compiles and runs here unchanged.
using System;
using MPI;

MPI.Environment.Run(ref args, comm =>
{
    // A message travels once around the ring, and every rank writes its name on it.
    string visitor = $"{comm.Rank}@{MPI.Environment.ProcessorName}";
    int next = (comm.Rank + 1) % comm.Size;
    int previous = (comm.Rank + comm.Size - 1) % comm.Size;
    if (comm.Size == 1)
    {
        Console.WriteLine($"ring: {visitor}");
    }
    else if (comm.Rank == 0)
    {
        comm.Send(visitor, next, 0);
        Console.WriteLine($"ring: {comm.Receive<string>(previous, 0)}");
    }
    else
    {
        comm.Send($"{comm.Receive<string>(previous, 0)} -> {visitor}", next, 0);
    }

    // Pi as the area under 4 / (1 + x^2), the ranks taking turns with the slices.
    const int Slices = 1_000_000;
    double area = 0;
    for (int slice = comm.Rank; slice < Slices; slice += comm.Size)
    {
        double x = (slice + 0.5) / Slices;
        area += 4 / (1 + x * x) / Slices;
    }

    double pi = comm.Reduce(area, Operation<double>.Add, 0);
    if (comm.Rank == 0)
        Console.WriteLine($"pi is about {pi:F9}, from {comm.Size} ranks");
});
