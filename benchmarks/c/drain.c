/*
 * The quiesce of src/Mpi.Resilience in C, without its bookkeeping: every rank has sent messages of mixed sizes that nobody has received. Ranks tell
 * each other how many they have sent, take in what they are owed while their own sends progress, and prove by one reduction that nothing is left.
 * Waits give the core away. Returns the seconds from the call to the proof.
 */
#include <mpi.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void await(MPI_Request *request)
{
    int done = 0;
    for (;;)
    {
        MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (done)
            return;
        sched_yield();
    }
}

double drain(const int *sizes, int messages)
{
    static MPI_Comm private_comm = MPI_COMM_NULL;
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (private_comm == MPI_COMM_NULL)
        MPI_Comm_dup(MPI_COMM_WORLD, &private_comm);

    /* Traffic: each rank sends to the others in turn. */
    static char **outbox = NULL;
    MPI_Request *sends = malloc(sizeof *sends * (size_t)messages);
    if (outbox == NULL)
    {
        /* Sent from the same memory every time, as in C#: where it lies matters to an MPI that remembers what it has registered. */
        outbox = malloc(sizeof *outbox * (size_t)messages);
        for (int message = 0; message < messages; message++)
        {
            outbox[message] = malloc((size_t)sizes[message]);
            memset(outbox[message], message, (size_t)sizes[message]);
        }
    }
    int *sent = calloc((size_t)size, sizeof *sent);
    for (int message = 0; message < messages; message++)
    {
        int peer = (rank + 1 + message % (size - 1)) % size;
        MPI_Isend(outbox[message], sizes[message], MPI_BYTE, peer, message % 7, MPI_COMM_WORLD, &sends[message]);
        sent[peer]++;
    }

    MPI_Barrier(private_comm);
    double start = MPI_Wtime();

    /* Bookmarks. */
    int *owed = calloc((size_t)size, sizeof *owed);
    MPI_Request request;
    MPI_Ialltoall(sent, 1, MPI_INT, owed, 1, MPI_INT, private_comm, &request);
    await(&request);
    int left = 0;
    for (int peer = 0; peer < size; peer++)
        left += owed[peer];

    /* Drain. */
    char **inbox = malloc(sizeof *inbox * (size_t)(left + 1));
    MPI_Request *receives = malloc(sizeof *receives * (size_t)(left + 1));
    int taken = 0, under_way = 0, unsent = messages;
    while (taken < left || under_way > 0 || unsent > 0)
    {
        int found = 0, done;
        if (taken < left)
        {
            MPI_Message message;
            MPI_Status status;
            MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &message, &status);
            if (found)
            {
                int bytes;
                MPI_Get_count(&status, MPI_BYTE, &bytes);
                inbox[taken] = malloc((size_t)(bytes > 0 ? bytes : 1));
                MPI_Imrecv(inbox[taken], bytes, MPI_BYTE, &message, &receives[under_way]);
                taken++;
                MPI_Test(&receives[under_way], &done, MPI_STATUS_IGNORE);
                if (!done)
                    under_way++;
            }
        }
        if (found)
            continue;
        for (int index = 0; index < under_way;)
        {
            MPI_Test(&receives[index], &done, MPI_STATUS_IGNORE);
            if (done)
                receives[index] = receives[--under_way];
            else
                index++;
        }
        for (int index = 0; index < unsent;)
        {
            MPI_Test(&sends[index], &done, MPI_STATUS_IGNORE);
            if (done)
                sends[index] = sends[--unsent];
            else
                index++;
        }
        if (under_way > 0 || unsent > 0)
            sched_yield();
    }

    /* Proof. */
    uint64_t mine[9] = { 0 }, sums[9];
    for (int peer = 0; peer < size; peer++)
        mine[0] += (uint64_t)sent[peer] * (uint64_t)(rank * size + peer + 1) - (uint64_t)owed[peer] * (uint64_t)(peer * size + rank + 1);
    mine[3] = 1;
    MPI_Iallreduce(mine, sums, 9, MPI_UINT64_T, MPI_SUM, private_comm, &request);
    await(&request);
    double seconds = sums[0] == 0 ? MPI_Wtime() - start : -1;

    for (int message = 0; message < taken; message++)
        free(inbox[message]);
    free(sends);
    free(sent);
    free(owed);
    free(inbox);
    free(receives);
    MPI_Barrier(private_comm);
    return seconds;
}
