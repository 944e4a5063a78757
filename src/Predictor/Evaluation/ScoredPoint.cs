namespace HpcVirt.Predictor.Evaluation;

/// <summary>A point with its truth and what the predictor said.</summary>
/// <param name="Node">The node's index.</param>
/// <param name="TimeS">When.</param>
/// <param name="Label">Whether a failure starts in (t, t + H].</param>
/// <param name="Risk">The predicted probability of that, or any score that rises with it.</param>
internal readonly record struct ScoredPoint(int Node, long TimeS, bool Label, double Risk);
