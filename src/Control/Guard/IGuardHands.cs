using System;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Guard;

/// <summary>What the guard does to the world. What fails is an answer, not an exception, save for the journal: without it nothing may be done.</summary>
internal interface IGuardHands
{
    /// <summary>Writes a record, and waits for the disk.</summary>
    /// <exception cref="ControlException">It could not be written.</exception>
    void Append(GuardRecord record);

    void Tell(Tell told);

    /// <summary>Removes an administrator's word that was taken in.</summary>
    void Forget(string word);

    /// <summary>Asks where all guests are; after a pause if <paramref name="isLater"/>.</summary>
    Task<GuardEvent> LookAsync(bool isLater, CancellationToken stop);

    Task<MoveResult> MoveAsync(MoveStep step, CancellationToken stop);

    /// <summary>Makes a checkpoint.</summary>
    Task<(bool IsDone, TimeSpan Took, string Remark)> SaveAsync(SaveStep step, CancellationToken stop);

    /// <summary>Lets a guest go on. Returns what went wrong, or null.</summary>
    Task<string?> ResumeAsync(string guest, CancellationToken stop);

    /// <summary>Lets a silenced job go on. Returns what went wrong, or null.</summary>
    Task<string?> ReleaseAsync(CancellationToken stop);
}
