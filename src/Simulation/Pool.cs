using System;

namespace HpcVirt.Simulation;

/// <summary>
/// Values that are reused and named by number, from 1; 0 names none. They lie in blocks that never move, so that a million ranks cost neither an
/// object each nor a copy when there are more of them.
/// </summary>
internal sealed class Pool<T>(int blockBits)
    where T : struct
{
    private readonly int _mask = (1 << blockBits) - 1;

    private T[][] _blocks = [];
    private int[] _returned = new int[16];
    private int _returnedCount;
    private int _count = 1;

    /// <summary>Values lent now.</summary>
    public int Lent => _count - 1 - _returnedCount;

    public ref T this[int index] => ref _blocks[index >> blockBits][index & _mask];

    /// <summary>Lends a value, cleared.</summary>
    public int Rent()
    {
        if (_returnedCount > 0)
        {
            int reused = _returned[--_returnedCount];
            this[reused] = default;
            return reused;
        }

        int index = _count++;
        if (index >> blockBits >= _blocks.Length)
        {
            Array.Resize(ref _blocks, _blocks.Length + 1);
            _blocks[^1] = new T[1 << blockBits];
        }

        return index;
    }

    public void Return(int index)
    {
        if (_returnedCount == _returned.Length)
            Array.Resize(ref _returned, 2 * _returned.Length);
        _returned[_returnedCount++] = index;
    }
}
