namespace HpcVirt.Predictor.Data;

/// <summary>What one node's sensors said at one time. The values are a loan: they are overwritten by the next row.</summary>
internal struct ReadingRow
{
    public long TimeS;
    public int Node;

    /// <summary>One value a sensor, NaN where there is none: missing is not zero.</summary>
    public double[] Values;
}
