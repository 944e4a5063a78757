/* The sum of vectors of doubles over the ranks, started and then polled, as a rank does that must not wait in the library. */
#include <mpi.h>
#include <sched.h>

void polled_allreduce(const double *mine, double *sum, int count, int calls)
{
    for (int call = 0; call < calls; call++)
    {
        MPI_Request request;
        int done = 0, turn = 0;
        MPI_Iallreduce(mine, sum, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD, &request);
        for (;;)
        {
            MPI_Test(&request, &done, MPI_STATUS_IGNORE);
            if (done)
                break;
            if (turn < 64)
                turn++;
            else
                sched_yield();
        }
    }
}
