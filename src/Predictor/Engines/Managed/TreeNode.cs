namespace HpcVirt.Predictor.Engines.Managed;

/// <summary>A node of a finished tree.</summary>
/// <param name="Feature">The feature it asks for; -1 for a leaf.</param>
/// <param name="Threshold">Values below it go left.</param>
/// <param name="MissingGoesLeft">Where a missing value goes.</param>
/// <param name="Left">The left child; the right one follows it.</param>
/// <param name="Value">A leaf's value; for an inner node the mean of the leaves below, weighted by cover.</param>
/// <param name="Cover">How many training rows came here.</param>
internal readonly record struct TreeNode(int Feature, float Threshold, bool MissingGoesLeft, int Left, float Value, float Cover);
