namespace HpcVirt.Predictor.Data;

/// <summary>What can be wrong with a row of health data.</summary>
public enum RowProblem
{
    /// <summary>The row has another number of fields than the header, or its quotes do not close.</summary>
    Malformed,

    /// <summary>The time is missing or is no time.</summary>
    BadTime,

    /// <summary>The node's name is missing.</summary>
    MissingNode,

    /// <summary>A field that must be a number is none, or is not finite.</summary>
    BadNumber,

    /// <summary>A row of the same node and time says the same again.</summary>
    Duplicate,

    /// <summary>A row of the same node and time says something else; the later row counts.</summary>
    Conflicting,

    /// <summary>The row is older than the one before it (of its node); it was sorted into its place.</summary>
    Unordered,

    /// <summary>The failure's repair ends before the failure starts; the end is taken as unknown.</summary>
    NegativeOutage,
}
