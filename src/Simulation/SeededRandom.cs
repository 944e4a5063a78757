namespace HpcVirt.Simulation;

/// <summary>A small random generator (splitmix64): the same seed gives the same simulation on every machine and runtime.</summary>
internal struct SeededRandom(ulong seed)
{
    private ulong _state = Mix(seed);

    /// <summary>Scrambles a number so that every bit of it changes half of the result's.</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>A number from 0 up to, not including, a bound.</summary>
    public int Below(int bound) => (int)((Next() >> 32) * (ulong)bound >> 32);

    /// <summary>A number from one to another, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>A number from 0 up to, not including, 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Below(times) == 0;
}
