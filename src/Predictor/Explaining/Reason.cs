namespace HpcVirt.Predictor.Explaining;

/// <summary>One reason of a risk.</summary>
/// <param name="Feature">The feature's name.</param>
/// <param name="Contribution">What it adds to the margin (log-odds); below zero it speaks against a failure.</param>
/// <param name="Words">The reason in words.</param>
public sealed record Reason(string Feature, double Contribution, string Words);
