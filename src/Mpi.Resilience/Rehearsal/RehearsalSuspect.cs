using System.Text.Json.Serialization;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>Something that a rank keeps and that no checkpoint of it holds: after a restart it may differ.</summary>
/// <param name="Name">Name as the author knows it: a field, a buffer, a path.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Where">Where it is found: the declaring type, the call site, the directory.</param>
/// <param name="Why">Why it is suspected, one sentence.</param>
public sealed record RehearsalSuspect(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("kind")] RehearsalSuspectKind Kind,
    [property: JsonPropertyName("where")] string Where,
    [property: JsonPropertyName("why")] string Why);
