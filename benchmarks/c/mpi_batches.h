/* Warm-up and batches of a measurement on two ranks. */
#ifndef MPI_BATCHES_H
#define MPI_BATCHES_H

#include <mpi.h>
#include "batches.h"

static void measure(void (*batch)(void *context, int calls), void *context, int calls, int batches)
{
    int rank, enough = 0, done = 0;
    double *times = malloc(batches * sizeof *times);
    double start = nanoseconds_now();
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    while (!enough)
    {
        batch(context, calls);
        enough = nanoseconds_now() - start > WARM_UP_NANOSECONDS;
        MPI_Bcast(&enough, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    start = nanoseconds_now();
    for (enough = 0; !enough && done < batches; done++)
    {
        MPI_Barrier(MPI_COMM_WORLD);
        double before = nanoseconds_now();
        batch(context, calls);
        double after = nanoseconds_now();
        times[done] = (after - before) / calls;
        enough = after - start > MEASURING_NANOSECONDS_MAX;
        MPI_Bcast(&enough, 1, MPI_INT, 0, MPI_COMM_WORLD);
    }
    if (rank == 0)
        report(times, done);
    free(times);
}

#endif
