/* allreduce DOUBLES CALLS BATCHES: the sum of vectors of DOUBLES doubles. */
#include "mpi_batches.h"

struct allreduce
{
    int count;
    double *mine, *sum;
};

static void batch(void *context, int calls)
{
    struct allreduce *it = context;
    for (int call = 0; call < calls; call++)
        MPI_Allreduce(it->mine, it->sum, it->count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
}

int main(int argc, char **argv)
{
    struct allreduce it;
    MPI_Init(&argc, &argv);
    it.count = argument(argc, argv, 1);
    it.mine = page_aligned(it.count * sizeof(double));
    it.sum = page_aligned(it.count * sizeof(double));
    for (int i = 0; i < it.count; i++)
        it.mine[i] = it.sum[i] = 1;
    measure(batch, &it, argument(argc, argv, 2), argument(argc, argv, 3));
    free(it.mine);
    free(it.sum);
    MPI_Finalize();
    return 0;
}
