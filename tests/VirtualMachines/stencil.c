// A heated plate over MPI, for guests of the laboratory: rows in blocks, halos exchanged at each step, and at the end a checksum of all cells that
// does not depend on the number of ranks.
//
//   stencil ROWS COLUMNS STEPS
//
// Rank 0 prints "step N" about twice a second, then the longest time between two steps, and the checksum.
#include <mpi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int first_row(int rank, int ranks, int rows) { return (int)((int64_t)rows * rank / ranks); }

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    int rows = argc > 1 ? atoi(argv[1]) : 0, columns = argc > 2 ? atoi(argv[2]) : 0, steps = argc > 3 ? atoi(argv[3]) : 0;
    if (rows < ranks || columns < 1 || steps < 1) {
        if (rank == 0)
            fprintf(stderr, "usage: stencil ROWS COLUMNS STEPS, with a row for each rank at least\n");
        MPI_Finalize();
        return 2;
    }

    int mine = first_row(rank + 1, ranks, rows) - first_row(rank, ranks, rows), width = columns + 2;
    size_t row_bytes = (size_t)width * sizeof(double);
    double *current = calloc((size_t)mine + 2, row_bytes), *next = calloc((size_t)mine + 2, row_bytes);
    if (current == NULL || next == NULL)
        MPI_Abort(MPI_COMM_WORLD, 3);
    // The upper edge is hot, and warmer towards the right, so that no two columns are alike.
    if (rank == 0)
        for (int column = 0; column < width; column++)
            current[column] = next[column] = 100.0 + column;

    int up = rank > 0 ? rank - 1 : MPI_PROC_NULL, down = rank < ranks - 1 ? rank + 1 : MPI_PROC_NULL;
    double last = MPI_Wtime(), said = last, longest = 0;
    for (int step = 1; step <= steps; step++) {
        MPI_Sendrecv(current + width, width, MPI_DOUBLE, up, 0, current + (size_t)(mine + 1) * width, width, MPI_DOUBLE, down, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Sendrecv(current + (size_t)mine * width, width, MPI_DOUBLE, down, 1, current, width, MPI_DOUBLE, up, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        for (int row = 1; row <= mine; row++) {
            const double *at = current + (size_t)row * width;
            double *to = next + (size_t)row * width;
            for (int column = 1; column <= columns; column++)
                to[column] = 0.25 * ((at[column - width] + at[column + width]) + (at[column - 1] + at[column + 1]));
        }
        double *swap = current;
        current = next;
        next = swap;
        if (rank == 0) {
            // The edge rows travel with the buffers.
            memcpy(current, next, row_bytes);
            double now = MPI_Wtime();
            if (now - last > longest)
                longest = now - last;
            last = now;
            if (now - said > 0.5) {
                said = now;
                printf("step %d\n", step);
                fflush(stdout);
            }
        }
    }

    // FNV-1a over all cells in order: rank by rank, the hash so far is handed on.
    uint64_t hash = 14695981039346656037u;
    if (rank > 0)
        MPI_Recv(&hash, 1, MPI_UINT64_T, rank - 1, 2, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int row = 1; row <= mine; row++) {
        const unsigned char *bytes = (const unsigned char *)(current + (size_t)row * width);
        for (size_t at = 0; at < row_bytes; at++)
            hash = (hash ^ bytes[at]) * 1099511628211u;
    }
    if (rank < ranks - 1)
        MPI_Send(&hash, 1, MPI_UINT64_T, rank + 1, 2, MPI_COMM_WORLD);
    // Everybody ends together, and the first rank, which is heard, speaks for the last.
    MPI_Bcast(&hash, 1, MPI_UINT64_T, ranks - 1, MPI_COMM_WORLD);
    if (rank == 0)
        printf("longest gap %.3f s\nchecksum %016llx\n", longest, (unsigned long long)hash);
    MPI_Finalize();
    return 0;
}
