/*
 * sweep ROWS COLUMNS CALLS BATCHES: the loop of samples/stencil/FivePointSweep.cs, in one process.
 *
 * The pragma lets the compiler vectorise the maximum, which -O3 alone must not do (a maximum of not-a-numbers depends on the order) and
 * without which this loop takes 2.3 times as long: the contender is the fast one.
 */
#include <math.h>
#include "batches.h"

static double __attribute__((noinline)) sweep(const double *restrict current, double *restrict next, long rows, long columns, long stride)
{
    double change = 0;
    for (long row = 1; row <= rows; row++)
    {
        const double *center = current + row * stride, *up = center - stride, *down = center + stride;
        double *target = next + row * stride;
#pragma omp simd reduction(max : change)
        for (long column = 1; column <= columns; column++)
        {
            double mean = 0.25 * ((up[column] + down[column]) + (center[column - 1] + center[column + 1]));
            double difference = fabs(mean - center[column]);
            target[column] = mean;
            change = difference > change ? difference : change;
        }
    }
    return change;
}

int main(int argc, char **argv)
{
    long rows = argument(argc, argv, 1), columns = argument(argc, argv, 2), stride = columns + 2;
    int calls = argument(argc, argv, 3), batches = argument(argc, argv, 4);
    double *current = page_aligned((rows + 2) * stride * sizeof(double));
    double *next = page_aligned((rows + 2) * stride * sizeof(double));
    double *times = malloc(batches * sizeof *times);
    double change = 0;
    for (long i = 0; i < (rows + 2) * stride; i++)
        current[i] = next[i] = i < stride ? 100 : 0;

    double start = nanoseconds_now();
    for (long sweeps = 0; sweeps < 100 || nanoseconds_now() - start < WARM_UP_NANOSECONDS; sweeps++)
    {
        change = sweep(current, next, rows, columns, stride);
        double *swapped = current;
        current = next;
        next = swapped;
        if (sweeps == 99)
            printf("change_at_100 %.17g\n", change);
    }
    int done = 0;
    for (start = nanoseconds_now(); done < batches && nanoseconds_now() - start < MEASURING_NANOSECONDS_MAX; done++)
    {
        double before = nanoseconds_now();
        for (int call = 0; call < calls; call++)
        {
            change += sweep(current, next, rows, columns, stride);
            double *swapped = current;
            current = next;
            next = swapped;
        }
        times[done] = (nanoseconds_now() - before) / calls;
    }
    report(times, done);
    free(times);
    free(current);
    free(next);
    return change < 0; /* keeps the result alive */
}
