/* A message of that many bytes goes to rank 1 and back; one call is one round trip. */
#include <mpi.h>

void pingpong(void *message, int bytes, int rank, int calls)
{
    for (int call = 0; call < calls; call++)
    {
        if (rank == 0)
        {
            MPI_Send(message, bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD);
            MPI_Recv(message, bytes, MPI_BYTE, 1, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
        else
        {
            MPI_Recv(message, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Send(message, bytes, MPI_BYTE, 0, 0, MPI_COMM_WORLD);
        }
    }
}
