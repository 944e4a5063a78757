using System;
using System.Collections.Generic;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>A message between a rank and its supervisor. Steps are the program's own; texts are cut to 1,024 bytes of UTF-8 on the wire.</summary>
public abstract record ControlMessage;

/// <summary>Rank to supervisor, first: who I am.</summary>
/// <param name="Rank">Rank in the world communicator, from 0.</param>
/// <param name="Size">Number of ranks of the world communicator.</param>
/// <param name="ProcessId">Process id as the rank sees it.</param>
/// <param name="Host">Name of the rank's host.</param>
/// <param name="Attempt">Attempt that the rank belongs to, from 1.</param>
/// <param name="Program">Name of the program.</param>
public sealed record Hello(int Rank, int Size, int ProcessId, string Host, int Attempt, string Program) : ControlMessage;

/// <summary>Rank to supervisor: the program goes on from a checkpoint.</summary>
/// <param name="Step">The first step that will be executed.</param>
/// <param name="Version">Version of the checkpoint.</param>
/// <param name="Skipped">One sentence per newer checkpoint that was not usable, and why.</param>
public sealed record Restored(long Step, long Version, IReadOnlyList<string> Skipped) : ControlMessage;

/// <summary>Rank to supervisor: I reached this step. Sent a few times per second at most; older ones are replaced by newer ones.</summary>
/// <param name="Step">The step that begins.</param>
public sealed record Beat(long Step) : ControlMessage;

/// <summary>Rank to supervisor: a checkpoint of the whole job is committed and will be found after any loss of processes.</summary>
/// <param name="Step">The step at which a restart from it begins.</param>
/// <param name="Version">Version of the checkpoint.</param>
/// <param name="Duration">Time that it took from the cut to the commit.</param>
/// <param name="Bytes">Bytes that this rank wrote.</param>
public sealed record CheckpointCommitted(long Step, long Version, TimeSpan Duration, long Bytes) : ControlMessage;

/// <summary>Rank to supervisor: a checkpoint was due and was not taken; the job goes on.</summary>
/// <param name="Step">The step at which it was refused.</param>
/// <param name="Reason">Why, and what to do about it.</param>
public sealed record CheckpointRefused(long Step, string Reason) : ControlMessage;

/// <summary>Rank to supervisor: the program ends by itself.</summary>
/// <param name="ExitCode">Exit code that the rank's process will return.</param>
/// <param name="EndedEarly">True if it ends before its last step because it was asked to stop.</param>
public sealed record Finished(int ExitCode, bool EndedEarly) : ControlMessage;

/// <summary>Rank to supervisor: the program ends by an exception.</summary>
/// <param name="ExceptionType">Full name of the exception's type.</param>
/// <param name="Message">The exception's message.</param>
/// <param name="Step">The step that was executed, or -1 before the first one.</param>
public sealed record Failed(string ExceptionType, string Message, long Step) : ControlMessage;

/// <summary>Supervisor to rank: take a checkpoint at the next safe point and go on.</summary>
/// <param name="Request">Number of the request, from 1, so that ranks that hear of it at different steps can agree which one they served.</param>
public sealed record RequestCheckpoint(long Request) : ControlMessage;

/// <summary>Supervisor to rank: take a checkpoint at the next safe point, then end with exit code 0.</summary>
public sealed record RequestStop : ControlMessage;

/// <summary>Supervisor to rank: a rank was lost and its process is gone; take in a replacement, and begin anew from the newest checkpoint.</summary>
/// <param name="Repair">Number of the repair in this attempt, from 1.</param>
/// <param name="Rank">The rank that is replaced: lost, or asked to leave by this very message.</param>
/// <param name="Host">The host to start the replacement on; empty for this one.</param>
public sealed record RequestRepair(long Repair, int Rank, string Host) : ControlMessage;

/// <summary>Supervisor to rank, and to processes that wait: one of these takes a rank's place; build the world with it, and begin anew from the newest checkpoint.</summary>
/// <param name="Repair">Number of the repair in this attempt, from 1.</param>
/// <param name="Rank">The rank that is replaced: lost, or asked to leave by this very message.</param>
/// <param name="Member">The process that takes its place, by its rank in MPI_COMM_WORLD.</param>
public sealed record RequestTakeIn(long Repair, int Rank, int Member) : ControlMessage;

/// <summary>Supervisor to rank: fall silent at the next safe point, and stay so until you are released.</summary>
/// <param name="Hold">Number of the hold, from 1.</param>
/// <param name="Deadline">How long to stay at most; then the rank goes on by itself.</param>
public sealed record RequestHold(long Hold, TimeSpan Deadline) : ControlMessage;

/// <summary>Supervisor to rank: go on.</summary>
/// <param name="Hold">Number of the hold.</param>
public sealed record RequestRelease(long Hold) : ControlMessage;

/// <summary>Rank to supervisor: the job is silent, and this rank stays so.</summary>
/// <param name="Hold">Number of the hold.</param>
public sealed record Held(long Hold) : ControlMessage;

/// <summary>Rank to supervisor: this rank goes on.</summary>
/// <param name="Hold">Number of the hold.</param>
/// <param name="Reason">Empty when it was released; else why it goes on by itself, or was never held.</param>
public sealed record HoldEnded(long Hold, string Reason) : ControlMessage;

/// <summary>Supervisor to rank: fall silent at the next safe point, so that one of the ranks can go on as another process without the others beginning anew.</summary>
/// <param name="Hold">Number of the hold, from the same sequence as those of <see cref="RequestHold"/>.</param>
/// <param name="Deadline">How long to stay silent at most.</param>
/// <param name="Rank">The rank that moves.</param>
public sealed record RequestMove(long Hold, TimeSpan Deadline, int Rank) : ControlMessage;

/// <summary>Supervisor to rank, and to processes that wait: all are ready; the process takes the rank's place and gets its state from it.</summary>
/// <param name="Hold">Number of the hold.</param>
/// <param name="Repair">Number of the repair in this attempt, from 1.</param>
/// <param name="Rank">The rank that moves.</param>
/// <param name="Member">The process that takes its place, by its rank in MPI_COMM_WORLD.</param>
/// <param name="IsPrepared">Whether that process has run the program's beginning.</param>
public sealed record RequestMoveNow(long Hold, long Repair, int Rank, int Member, bool IsPrepared) : ControlMessage;

/// <summary>Supervisor to rank, and to processes that wait: the rank will move to the process, which runs the program's beginning meanwhile.</summary>
/// <param name="Hold">Number of the hold in which it will.</param>
/// <param name="Rank">The rank that moves.</param>
/// <param name="Member">The process that takes its place, by its rank in MPI_COMM_WORLD.</param>
public sealed record RequestPrepare(long Hold, int Rank, int Member) : ControlMessage;

/// <summary>Process that waits, to supervisor: I have run the program's beginning, or I could not.</summary>
/// <param name="Hold">Number of the hold.</param>
/// <param name="CanMove">Whether the rank can move here all the same.</param>
/// <param name="Reason">Empty when the beginning was run; else why not.</param>
public sealed record MovePrepared(long Hold, bool CanMove, string Reason) : ControlMessage;

/// <summary>Rank to supervisor: the job is silent, and a rank can move; or it cannot, and the job goes on.</summary>
/// <param name="Hold">Number of the hold.</param>
/// <param name="StateBytes">How much has to be sent.</param>
/// <param name="Reason">Empty when it can; else why not.</param>
public sealed record MoveReady(long Hold, long StateBytes, string Reason) : ControlMessage;

/// <summary>Rank to supervisor: I go on after a move. The rank that moved says so when its state is whole.</summary>
/// <param name="Hold">Number of the hold.</param>
/// <param name="Step">The step that comes next.</param>
/// <param name="StateBytes">How much state came; 0 for ranks that stayed.</param>
/// <param name="Duration">How long it took to come; for ranks that stayed: how long they stood still.</param>
public sealed record Moved(long Hold, long Step, long StateBytes, TimeSpan Duration) : ControlMessage;

/// <summary>Either side: I am here, and have nothing else to say. What is silent for longer than agreed counts as lost.</summary>
public sealed record Alive : ControlMessage;

/// <summary>Operator to supervisor, first and only: do this.</summary>
/// <param name="Verb">What: status, checkpoint-now, drain, undrain, move, hold, release.</param>
/// <param name="Argument">With what; empty if the verb needs nothing.</param>
public sealed record Ask(string Verb, string Argument) : ControlMessage;

/// <summary>Supervisor to operator: some lines of the answer.</summary>
/// <param name="IsDone">Whether what was asked for was done; the same in all answers to one question.</param>
/// <param name="Lines">At most 32 lines.</param>
public sealed record Answer(bool IsDone, IReadOnlyList<string> Lines) : ControlMessage;

/// <summary>Either side: the connection ends on purpose. An end of the stream without it means that the process was lost.</summary>
public sealed record Goodbye : ControlMessage;
