using System;
using System.Linq.Expressions;
using System.Numerics;
using MPI.Native;

namespace MPI;

/// <summary>
/// The standard's reductions as C# delegates, compiled from the type's own operators once per type, and the native operation that stands for
/// each delegate where the element type is one that the standard reduces.
/// </summary>
/// <typeparam name="T">The value type; a missing operator is reported when the operation is first asked for.</typeparam>
internal static class PredefinedOperations<T>
{
    private static readonly bool IsNumber = !typeof(T).IsEnum && (Type.GetTypeCode(typeof(T)) is >= TypeCode.SByte and <= TypeCode.Double || typeof(T) == typeof(nint) || typeof(T) == typeof(nuint));
    private static readonly bool IsInteger = IsNumber && typeof(T) != typeof(float) && typeof(T) != typeof(double);
    private static readonly bool IsIntegerOrTruth = IsInteger || typeof(T) == typeof(bool);

    private static ReductionOperation<T>? s_min;
    private static ReductionOperation<T>? s_max;
    private static ReductionOperation<T>? s_sum;
    private static ReductionOperation<T>? s_product;
    private static ReductionOperation<T>? s_logicalAnd;
    private static ReductionOperation<T>? s_logicalOr;
    private static ReductionOperation<T>? s_bitwiseAnd;
    private static ReductionOperation<T>? s_bitwiseOr;
    private static ReductionOperation<T>? s_bitwiseXor;

    public static ReductionOperation<T> Min => s_min ??= Make("<", IsNumber, static (x, y) => Expression.Condition(Expression.LessThan(x, y), x, y));

    public static ReductionOperation<T> Max => s_max ??= Make(">", IsNumber, static (x, y) => Expression.Condition(Expression.GreaterThan(x, y), x, y));

    public static ReductionOperation<T> Sum => s_sum ??= Make("+", IsNumber, static (x, y) => Arithmetic(x, y, Add));

    public static ReductionOperation<T> Product => s_product ??= Make("*", IsNumber, static (x, y) => Arithmetic(x, y, Expression.Multiply));

    public static ReductionOperation<T> LogicalAnd => s_logicalAnd ??= Make("logical and", IsIntegerOrTruth, static (x, y) => Logical(x, y, Expression.AndAlso));

    public static ReductionOperation<T> LogicalOr => s_logicalOr ??= Make("logical or", IsIntegerOrTruth, static (x, y) => Logical(x, y, Expression.OrElse));

    public static ReductionOperation<T> BitwiseAnd => s_bitwiseAnd ??= Make("&", IsIntegerOrTruth, Expression.And);

    public static ReductionOperation<T> BitwiseOr => s_bitwiseOr ??= Make("|", IsIntegerOrTruth, Expression.Or);

    public static ReductionOperation<T> BitwiseXor => s_bitwiseXor ??= Make("^", IsIntegerOrTruth, Expression.ExclusiveOr);

    /// <summary>The native operation that does what the delegate does, or zero for a user's own.</summary>
    public static nint HandleOf(ReductionOperation<T> operation)
    {
        OperationHandles handles = Abi.Table.Operations;
        if (IsNumber)
        {
            if (ReferenceEquals(operation, s_sum))
                return handles.Sum;
            if (ReferenceEquals(operation, s_max))
                return handles.Max;
            if (ReferenceEquals(operation, s_min))
                return handles.Min;
            if (ReferenceEquals(operation, s_product))
                return handles.Product;
        }

        if (IsInteger)
        {
            if (ReferenceEquals(operation, s_bitwiseAnd))
                return handles.BitwiseAnd;
            if (ReferenceEquals(operation, s_bitwiseOr))
                return handles.BitwiseOr;
            if (ReferenceEquals(operation, s_bitwiseXor))
                return handles.BitwiseXor;
        }

        if (IsIntegerOrTruth)
        {
            if (ReferenceEquals(operation, s_logicalAnd))
                return handles.LogicalAnd;
            if (ReferenceEquals(operation, s_logicalOr))
                return handles.LogicalOr;
        }

        if (typeof(T) == typeof(bool))
        {
            // On truth values the bitwise operations are the logical ones.
            if (ReferenceEquals(operation, s_bitwiseAnd))
                return handles.LogicalAnd;
            if (ReferenceEquals(operation, s_bitwiseOr))
                return handles.LogicalOr;
            if (ReferenceEquals(operation, s_bitwiseXor))
                return handles.LogicalXor;
        }

        if (typeof(T) == typeof(Complex))
        {
            if (ReferenceEquals(operation, s_sum))
                return handles.Sum;
            if (ReferenceEquals(operation, s_product))
                return handles.Product;
        }

        return 0;
    }

    /// <summary>Where the library reduces by itself, the delegate is its name and seldom called: it is compiled when it is.</summary>
    private static ReductionOperation<T> Make(string name, bool isNative, Func<ParameterExpression, ParameterExpression, Expression> body) =>
        isNative ? new Deferred(name, body).Apply : Compile(name, body);

    private static ReductionOperation<T> Compile(string name, Func<ParameterExpression, ParameterExpression, Expression> body)
    {
        ParameterExpression x = Expression.Parameter(typeof(T), "x");
        ParameterExpression y = Expression.Parameter(typeof(T), "y");
        try
        {
            return Expression.Lambda<ReductionOperation<T>>(body(x, y), x, y).Compile();
        }
        catch (InvalidOperationException absent)
        {
            throw new ArgumentException($"Type {typeof(T)} has no operator for the reduction '{name}'. Pass a delegate of your own instead.", absent);
        }
    }

    /// <summary>Expression trees know no arithmetic on bytes: it is done on ints and cut back, as MPI does.</summary>
    private static Expression Arithmetic(Expression x, Expression y, Func<Expression, Expression, Expression> combine) =>
        Type.GetTypeCode(typeof(T)) is TypeCode.Byte or TypeCode.SByte
            ? Expression.Convert(combine(Expression.Convert(x, typeof(int)), Expression.Convert(y, typeof(int))), typeof(T))
            : combine(x, y);

    /// <summary>The sum of strings is their concatenation, which is no operator of the type but of the language.</summary>
    private static Expression Add(Expression x, Expression y) =>
        typeof(T) == typeof(string) ? Expression.Call(new Func<string, string, string>(string.Concat).Method, x, y) : Expression.Add(x, y);

    /// <summary>Numbers count as true when they are not zero, and the result is one or zero, as in MPI and C.</summary>
    private static Expression Logical(Expression x, Expression y, Func<Expression, Expression, Expression> combine)
    {
        if (!IsNumber)
            return combine(x, y);
        Expression zero = Expression.Default(typeof(T));
        Expression truth = combine(Expression.NotEqual(x, zero), Expression.NotEqual(y, zero));
        return Expression.Condition(truth, Expression.Convert(Expression.Constant(1), typeof(T)), zero);
    }

    private sealed class Deferred(string name, Func<ParameterExpression, ParameterExpression, Expression> body)
    {
        private ReductionOperation<T>? _compiled;

        public T Apply(T x, T y) => (_compiled ??= Compile(name, body))(x, y);
    }
}
