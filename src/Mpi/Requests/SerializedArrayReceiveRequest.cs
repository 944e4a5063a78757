namespace MPI;

/// <summary>A receive under way of an array of serialized values, which travels as one value and is copied into the program's array.</summary>
internal sealed class SerializedArrayReceiveRequest<T>(Communicator communicator, int source, int tag, T[] values)
    : SerializedReceiveRequest<T[]>(communicator, source, tag, null)
{
    public override object? GetValue()
    {
        Wait();
        return values;
    }

    private protected override int Accept(T[] value)
    {
        if (value.Length > values.Length)
        {
            throw new MessageTruncatedException(
                $"{Describe()}: {value.Length} values came, and the array has room for {values.Length}. Receive into a longer array.");
        }

        value.CopyTo(values, 0);
        return value.Length;
    }
}
