// A heated plate over MPI, for guests of the laboratory: rows in blocks, halos exchanged at each step, and at the end a checksum of all cells that
// does not depend on the number of ranks.
//
//   stencil ROWS COLUMNS STEPS
//
// Rank 0 prints "step N" about twice a second and the longest time between two steps since the line before, at the end that of the whole run, and the
// checksum. On SIGUSR1 it silences the job: all ranks stop before one step, when nothing is on its way between them any more, and the file "held" is there
// when they have. On SIGUSR2 it goes on, or by itself after two minutes.
#define _DEFAULT_SOURCE
#include <mpi.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TAG_UP, TAG_DOWN, TAG_HASH, TAG_HERE, TAG_GO };
static const char held_file[] = "held";
static volatile sig_atomic_t hold_asked, go_asked;

static void note(int signal)
{
    if (signal == SIGUSR1)
        hold_asked = 1;
    else
        go_asked = 1;
}

// From the last rank to the first: all are here. Then the first one waits, and the others wait for it, without writing to memory.
static void hold(int rank, int ranks)
{
    double from = MPI_Wtime();
    if (rank < ranks - 1)
        MPI_Recv(NULL, 0, MPI_INT, rank + 1, TAG_HERE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    if (rank > 0) {
        MPI_Send(NULL, 0, MPI_INT, rank - 1, TAG_HERE, MPI_COMM_WORLD);
        for (int here = 0; !here; usleep(1000))
            MPI_Iprobe(rank - 1, TAG_GO, MPI_COMM_WORLD, &here, MPI_STATUS_IGNORE);
        MPI_Recv(NULL, 0, MPI_INT, rank - 1, TAG_GO, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else {
        FILE *held = fopen(held_file, "w");
        if (held != NULL)
            fclose(held);
        double since = MPI_Wtime();
        while (!go_asked && MPI_Wtime() - since < 120)
            usleep(500);
        remove(held_file);
        go_asked = 0;
        printf("held %.4f s, after %.4f s for all to come\n", MPI_Wtime() - since, since - from);
    }
    if (rank < ranks - 1)
        MPI_Send(NULL, 0, MPI_INT, rank + 1, TAG_GO, MPI_COMM_WORLD);
}

static int first_row(int rank, int ranks, int rows) { return (int)((int64_t)rows * rank / ranks); }

int main(int argc, char **argv)
{
    // First of all: a signal that comes early is not to end the job.
    signal(SIGUSR1, note);
    signal(SIGUSR2, note);
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

    // Behind each row's cells is a place for the step that the job is to hold at; rows that go to the rank below take it there.
    int mine = first_row(rank + 1, ranks, rows) - first_row(rank, ranks, rows), mark = columns + 2, width = mark + 1;
    size_t row_bytes = (size_t)width * sizeof(double), cell_bytes = (size_t)mark * sizeof(double);
    double *current = calloc((size_t)mine + 2, row_bytes), *next = calloc((size_t)mine + 2, row_bytes);
    if (current == NULL || next == NULL)
        MPI_Abort(MPI_COMM_WORLD, 3);
    // No cell is zero: pages of zeros would cost a hypervisor nothing to send. The upper edge is hot, and warmer towards the right.
    for (int row = 1; row <= mine; row++)
        for (int column = 1; column <= columns; column++)
            current[(size_t)row * width + column] = 1 + (first_row(rank, ranks, rows) + row) % 89 + column % 97;
    if (rank == 0)
        for (int column = 0; column < width; column++)
            current[column] = next[column] = 100.0 + column;

    int up = rank > 0 ? rank - 1 : MPI_PROC_NULL, down = rank < ranks - 1 ? rank + 1 : MPI_PROC_NULL;
    int hold_at = 0;
    double last = MPI_Wtime(), said = last, longest = 0, longest_since = 0;
    for (int step = 1; step <= steps; step++) {
        if (step == hold_at)
            hold(rank, ranks);
        // Each step tells one rank more.
        if (rank == 0 && hold_asked) {
            hold_asked = 0;
            go_asked = 0;
            hold_at = step + ranks;
        }
        current[(size_t)mine * width + mark] = hold_at;
        MPI_Sendrecv(current + width, width, MPI_DOUBLE, up, TAG_UP, current + (size_t)(mine + 1) * width, width, MPI_DOUBLE, down, TAG_UP, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Sendrecv(current + (size_t)mine * width, width, MPI_DOUBLE, down, TAG_DOWN, current, width, MPI_DOUBLE, up, TAG_DOWN, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        if (rank > 0)
            hold_at = (int)current[mark];
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
            if (now - last > longest_since)
                longest_since = now - last;
            if (longest_since > longest)
                longest = longest_since;
            last = now;
            if (now - said > 0.5) {
                said = now;
                printf("step %d\ngap %.4f s\n", step, longest_since);
                longest_since = 0;
                fflush(stdout);
            }
        }
    }

    // FNV-1a over all cells in order: rank by rank, the hash so far is handed on.
    uint64_t hash = 14695981039346656037u;
    if (rank > 0)
        MPI_Recv(&hash, 1, MPI_UINT64_T, rank - 1, TAG_HASH, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    for (int row = 1; row <= mine; row++) {
        const unsigned char *bytes = (const unsigned char *)(current + (size_t)row * width);
        for (size_t at = 0; at < cell_bytes; at++)
            hash = (hash ^ bytes[at]) * 1099511628211u;
    }
    if (rank < ranks - 1)
        MPI_Send(&hash, 1, MPI_UINT64_T, rank + 1, TAG_HASH, MPI_COMM_WORLD);
    // Everybody ends together, and the first rank, which is heard, speaks for the last.
    MPI_Bcast(&hash, 1, MPI_UINT64_T, ranks - 1, MPI_COMM_WORLD);
    if (rank == 0)
        printf("longest gap %.3f s\nchecksum %016llx\n", longest, (unsigned long long)hash);
    MPI_Finalize();
    return 0;
}
