namespace MPI;

/// <summary>What happens to an attribute's value when its communicator is cloned.</summary>
public enum AttributeDuplication
{
    /// <summary>The clone has no value.</summary>
    None,

    /// <summary>
    /// The clone has the same object; a value type of up to eight bytes is copied, and a larger one is shared, so that setting it on one
    /// communicator sets it on both.
    /// </summary>
    Shallow,

    /// <summary>The clone has a copy of its own; objects must be <see cref="System.ICloneable"/>.</summary>
    Deep,
}
