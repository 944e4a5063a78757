using System;

namespace HpcVirt.Checkpoint.Tests;

/// <summary>A collective call that cannot complete, because a rank is gone or late: what MPI reports in its ways.</summary>
internal sealed class GroupBrokenException(string message) : Exception(message);
