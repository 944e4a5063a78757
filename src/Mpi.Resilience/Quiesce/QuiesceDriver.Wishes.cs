using System;
using HpcVirt.Mpi.Resilience.Agreement.Protocol;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;

namespace HpcVirt.Mpi.Resilience.Quiesce;

/// <summary>
/// Safe points that are not numbered alike on all ranks: a wish spreads along a binary tree of ranks, each rank that has heard of it waits at its next
/// safe point, and lets its program make single steps as long as a peer that has not come may be waiting for one.
/// </summary>
internal sealed partial class QuiesceDriver
{
    private bool _isUnnumbered;
    private long _wantedAttempt;
    private long _attemptStart;
    private long _wishStart;
    private TimeSpan _attemptDeadline;
    private TimeSpan _patience;
    private long _arrival;
    private int _attemptsForWish;

    /// <summary>Whether this rank knows that the job is to fall silent.</summary>
    public bool IsWanted => _wantedAttempt >= _state.Attempt;

    /// <summary>Whether a wish was neither fulfilled nor refused, and is tried again.</summary>
    public bool IsPursuing => _attemptsForWish > 0 || _state.Phase == QuiescePhase.Stepping;

    /// <summary>The last attempt that this rank has taken part in.</summary>
    public long LastEntered => _state.Phase == QuiescePhase.Running ? _state.Attempt - 1 : _state.Attempt;

    /// <summary>
    /// Comes to a safe point that is this rank's own. Returns at once unless somebody wants the job to fall silent. Never waits for a rank that may be
    /// waiting for this one's next step.
    /// </summary>
    /// <param name="wishes">What this rank wants to be done.</param>
    /// <param name="hasEnded">Whether the program on this rank has no further steps.</param>
    /// <param name="act">What to do in the silence, given what all ranks want.</param>
    /// <returns>Null when nothing is wanted.</returns>
    public QuiesceOutcome? Pass(Wishes wishes, bool hasEnded, Action<QuiesceVerdict> act)
    {
        _isUnnumbered = true;
        Look();
        if (IsWithdrawn)
            return null;
        if (!IsWanted && wishes is { Checkpoint: false, Stop: false, Hold: false })
            return null;
        Want(_state.Attempt, from: -1);
        if (_attemptsForWish == 0)
            _wishStart = _time.GetTimestamp();
        _wishes = wishes;
        TimeSpan attempt = QuiesceOptions.FirstAttempt * (1 << Math.Min(_attemptsForWish, 10));
        QuiesceOutcome outcome = Come(act, mayStep: !hasEnded, attempt < _options.Deadline ? attempt : _options.Deadline);
        Conclude(outcome);
        return outcome;
    }

    /// <summary>Enters the attempts that other ranks have entered and this one has not, when all programs have ended.</summary>
    public void CatchUp(long attempt)
    {
        while (_state.Attempt <= attempt)
        {
            AwaitOutstanding();
            if (_state.Attempt > attempt)
                return;
            BeginAttempt();
            _isDeadlinePassed = false;
            Feed(QuiesceEvent.Objected());
        }
    }

    /// <summary>After an attempt: was the wish fulfilled or refused, or is it tried again at the next safe point?</summary>
    private void Conclude(QuiesceOutcome outcome)
    {
        if (outcome == QuiesceOutcome.NotYet)
            return;
        if (IsWithdrawn)
        {
            // How the others see it is known later; until then the program goes on.
            _attemptsForWish++;
            return;
        }

        if (outcome == QuiesceOutcome.NotSilent && _verdict.Reasons == 0 && _verdict.Noes > 0)
        {
            _attemptsForWish++;
            _wantedAttempt = _state.Attempt;
            return;
        }

        _attemptsForWish = 0;
    }

    /// <summary>An attempt that this rank gave up has ended for all.</summary>
    private void ConcludeOutstanding()
    {
        if (_verdict.Reasons == 0 && _verdict.Noes > 0 && _attemptsForWish > 0)
            _wantedAttempt = Math.Max(_wantedAttempt, _state.Attempt);
        else
            _attemptsForWish = 0;
    }

    private void TakeWish(long attempt, int source)
    {
        if (attempt >= _state.Attempt)
            Want(attempt, source);
    }

    /// <summary>Passes a wish on, once per attempt, to the neighbours in the tree that it did not come from.</summary>
    private void Want(long attempt, int from)
    {
        if (attempt <= _wantedAttempt)
            return;
        _wantedAttempt = attempt;
        if (!_isUnnumbered)
            return;
        foreach (int neighbour in (int[])[(_links.Rank - 1) / 2, (2 * _links.Rank) + 1, (2 * _links.Rank) + 2])
        {
            if (neighbour < _links.Size && neighbour != _links.Rank && neighbour != from)
                _links.Send(NoteKind.Wish, attempt, neighbour, [], isSynchronous: false);
        }
    }

    private void StartClocks(TimeSpan deadline)
    {
        _attemptStart = _time.GetTimestamp();
        _attemptDeadline = deadline;
        _patience = QuiesceOptions.Patience;
        _isDeadlinePassed = false;
    }

    /// <summary>Raises the events of the clocks.</summary>
    private void Watch()
    {
        if (_state.Phase is not (QuiescePhase.Gathering or QuiescePhase.Draining))
            return;
        if (_drain.IsFull || _time.GetElapsedTime(_attemptStart) >= _attemptDeadline)
        {
            // Of several attempts only the one that exceeds the whole time is a refusal, and says why.
            _isDeadlinePassed = _attemptDeadline >= _options.Deadline || _time.GetElapsedTime(_wishStart) >= _options.Deadline;
            Feed(QuiesceEvent.DeadlinePassed());
            return;
        }

        if (!_state.MayStep || _time.GetElapsedTime(_arrival) < _patience)
            return;
        _patience = _patience < QuiesceOptions.PatienceMax ? 2 * _patience : QuiesceOptions.PatienceMax;
        Feed(QuiesceEvent.PatienceEnded());
    }
}
