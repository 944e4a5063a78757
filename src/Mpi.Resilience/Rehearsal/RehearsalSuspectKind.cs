using System.Text.Json.Serialization;

namespace HpcVirt.Mpi.Resilience.Rehearsal;

/// <summary>What a suspect of a rehearsal is. Written in lower case in the report file.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RehearsalSuspectKind>))]
public enum RehearsalSuspectKind
{
    /// <summary>A field of an object or a static field.</summary>
    [JsonStringEnumMemberName("field")]
    Field,

    /// <summary>A native or managed buffer.</summary>
    [JsonStringEnumMemberName("buffer")]
    Buffer,

    /// <summary>A file that the program writes.</summary>
    [JsonStringEnumMemberName("file")]
    File,
}
