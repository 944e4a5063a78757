using System.Collections.Generic;
using HpcVirt.Control.Supervision;

namespace HpcVirt.Control.Rehearsal;

/// <summary>What one run of a rehearsal left: its end, its words, its files.</summary>
/// <param name="Result">How the job ended.</param>
/// <param name="Lines">Standard output of rank 0.</param>
/// <param name="Files">Files that the run created or changed in its working directory, with a hash each.</param>
/// <param name="OpenFiles">Files seen open for writing at a commit.</param>
/// <param name="Directory">The run's working directory.</param>
/// <param name="Reports">Directory of the ranks' reports.</param>
internal sealed record RehearsedRun(
    SupervisorResult Result,
    IReadOnlyList<string> Lines,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyList<string> OpenFiles,
    string Directory,
    string Reports);
