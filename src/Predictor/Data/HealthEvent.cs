namespace HpcVirt.Predictor.Data;

/// <summary>Something a node's log said.</summary>
/// <param name="TimeS">When, in seconds since 1970.</param>
/// <param name="Node">The node's index.</param>
/// <param name="Kind">The token of its kind, such as <c>error</c>.</param>
/// <param name="Code">The token of its kind and code, such as <c>error:error1</c>; -1 without one.</param>
/// <param name="Template">The token of its message's template; -1 without a message.</param>
/// <param name="Count">How often it happened.</param>
internal readonly record struct HealthEvent(long TimeS, int Node, int Kind, int Code, int Template, float Count);

/// <summary>A failure of a node and what is known of its repair.</summary>
/// <param name="TimeS">When it began.</param>
/// <param name="Node">The node's index.</param>
/// <param name="Kind">The token of its kind.</param>
/// <param name="UntilS">When the repair ended; null where that is not known.</param>
/// <param name="Order">Its place in the file: of rows with equal times the later one counts.</param>
internal readonly record struct Failure(long TimeS, int Node, int Kind, long? UntilS, int Order);
