/* pingpong BYTES CALLS BATCHES: a message of BYTES goes to rank 1 and back; one call is one round trip. */
#include "mpi_batches.h"

struct pingpong
{
    int rank, bytes;
    char *buffer;
};

static void batch(void *context, int calls)
{
    struct pingpong *it = context;
    for (int call = 0; call < calls; call++)
    {
        if (it->rank == 0)
        {
            MPI_Send(it->buffer, it->bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
            MPI_Recv(it->buffer, it->bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
        else
        {
            MPI_Recv(it->buffer, it->bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Send(it->buffer, it->bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
        }
    }
}

int main(int argc, char **argv)
{
    struct pingpong it;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &it.rank);
    it.bytes = argument(argc, argv, 1);
    it.buffer = page_aligned(it.bytes);
    for (int i = 0; i < it.bytes; i++)
        it.buffer[i] = 1;
    measure(batch, &it, argument(argc, argv, 2), argument(argc, argv, 3));
    free(it.buffer);
    MPI_Finalize();
    return 0;
}
