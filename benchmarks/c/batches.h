/* How a C contender measures: like benchmarks/Mpi/Measuring/Batches.cs, step by step, so that the two times can be divided. */
#ifndef BATCHES_H
#define BATCHES_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WARM_UP_NANOSECONDS 1.0e9
#define MEASURING_NANOSECONDS_MAX 4.0e9
#define PAGE_BYTES 4096

static double nanoseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

static int by_value(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return (a > b) - (a < b);
}

/* The line that the driver reads: the first decile, because whatever else the machine does only makes a batch longer. */
static void report(double *nanoseconds_per_call, int batches)
{
    qsort(nanoseconds_per_call, batches, sizeof *nanoseconds_per_call, by_value);
    printf("nanoseconds_per_call %.4f\n", nanoseconds_per_call[batches / 10]);
}

static void *page_aligned(size_t bytes)
{
    void *memory = aligned_alloc(PAGE_BYTES, (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
    if (!memory)
    {
        fprintf(stderr, "out of memory: %zu bytes\n", bytes);
        exit(1);
    }
    return memory;
}

static int argument(int argc, char **argv, int index)
{
    int value = index < argc ? atoi(argv[index]) : 0;
    if (value <= 0)
    {
        fprintf(stderr, "%s: argument %d must be a number above 0\n", argv[0], index);
        exit(2);
    }
    return value;
}

#endif
