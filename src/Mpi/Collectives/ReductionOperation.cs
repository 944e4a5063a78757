namespace MPI;

/// <summary>Combines two values into one. Must be associative; operands come in rank order.</summary>
/// <typeparam name="T">The value type.</typeparam>
/// <param name="x">The value of the lower ranks.</param>
/// <param name="y">The value of the higher ranks.</param>
/// <returns>The combined value.</returns>
public delegate T ReductionOperation<T>(T x, T y);
