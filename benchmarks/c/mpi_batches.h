/* Warm-up and batches of a measurement on two ranks. */
#ifndef MPI_BATCHES_H
#define MPI_BATCHES_H

#include <mpi.h>
#include "batches.h"

static void measure(void (*batch)(void *context, int calls), void *context, int calls, int batches)
{
    int rank, warm = 0;
    double *times = malloc(batches * sizeof *times);
    double start = nanoseconds_now();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    while (!warm)
    {
        batch(context, calls);
        warm = nanoseconds_now() - start > WARM_UP_NANOSECONDS;
        MPI_Bcast(&warm, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    for (int i = 0; i < batches; i++)
    {
        MPI_Barrier(MPI_COMM_WORLD);
        double before = nanoseconds_now();
        batch(context, calls);
        times[i] = (nanoseconds_now() - before) / calls;
    }
    if (rank == 0)
        report(times, batches);
    free(times);
}

#endif
