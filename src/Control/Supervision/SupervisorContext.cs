using System;
using HpcVirt.Control.Logging;
using HpcVirt.Control.Processes;

namespace HpcVirt.Control.Supervision;

/// <summary>What a supervisor uses of the world around it.</summary>
/// <param name="Time">The clock.</param>
/// <param name="Variable">The environment.</param>
/// <param name="StandardOut">Where the job's standard output goes.</param>
/// <param name="StandardError">Where the job's standard error and the supervisor's lines go.</param>
/// <param name="Events">The event log, or null.</param>
internal sealed record SupervisorContext(
    TimeProvider Time,
    Func<string, string?> Variable,
    JobStream StandardOut,
    JobStream StandardError,
    EventLog? Events);
