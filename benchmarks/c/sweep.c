/*
 * The loop of samples/stencil/FivePointSweep.cs.
 *
 * The pragma lets the compiler vectorise the maximum, which -O3 alone must not do (a maximum of not-a-numbers depends on the order) and
 * without which this loop takes 2.3 times as long: the contender is the fast one.
 */
#include <math.h>

double sweep(const double *restrict current, double *restrict next, long rows, long columns, long stride)
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
