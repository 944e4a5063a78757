using System;

namespace HpcVirt.Mpi.Resilience.Channel;

/// <summary>The payload of every message, field by field in this order. See docs/formats/control-frame.md.</summary>
internal static class ControlMessageCodec
{
    /// <summary>Writes the payload of <paramref name="message"/> and returns the type of its frame.</summary>
    public static FrameType Write(ControlMessage message, ref PayloadWriter writer)
    {
        switch (message)
        {
            case Hello hello:
                writer.Int32(hello.Rank);
                writer.Int32(hello.Size);
                writer.Int32(hello.ProcessId);
                writer.Int32(hello.Attempt);
                writer.Text(hello.Host);
                writer.Text(hello.Program);
                return FrameType.Hello;
            case Restored restored:
                writer.Int64(restored.Step);
                writer.Int64(restored.Version);
                writer.Texts(restored.Skipped);
                return FrameType.Restored;
            case Beat beat:
                writer.Int64(beat.Step);
                return FrameType.Beat;
            case CheckpointCommitted committed:
                writer.Int64(committed.Step);
                writer.Int64(committed.Version);
                writer.Int64(committed.Duration.Ticks);
                writer.Int64(committed.Bytes);
                return FrameType.CheckpointCommitted;
            case CheckpointRefused refused:
                writer.Int64(refused.Step);
                writer.Text(refused.Reason);
                return FrameType.CheckpointRefused;
            case Finished finished:
                writer.Int32(finished.ExitCode);
                writer.Flag(finished.EndedEarly);
                return FrameType.Finished;
            case Failed failed:
                writer.Int64(failed.Step);
                writer.Text(failed.ExceptionType);
                writer.Text(failed.Message);
                return FrameType.Failed;
            case RequestCheckpoint request:
                writer.Int64(request.Request);
                return FrameType.RequestCheckpoint;
            case RequestStop:
                return FrameType.RequestStop;
            case RequestRepair repair:
                writer.Int64(repair.Repair);
                writer.Int32(repair.Rank);
                writer.Text(repair.Host);
                return FrameType.RequestRepair;
            case RequestTakeIn takeIn:
                writer.Int64(takeIn.Repair);
                writer.Int32(takeIn.Rank);
                writer.Int32(takeIn.Member);
                return FrameType.RequestTakeIn;
            case RequestHold hold:
                writer.Int64(hold.Hold);
                writer.Int64(hold.Deadline.Ticks);
                return FrameType.RequestHold;
            case RequestRelease release:
                writer.Int64(release.Hold);
                return FrameType.RequestRelease;
            case Held held:
                writer.Int64(held.Hold);
                return FrameType.Held;
            case HoldEnded ended:
                writer.Int64(ended.Hold);
                writer.Text(ended.Reason);
                return FrameType.HoldEnded;
            case RequestMove move:
                writer.Int64(move.Hold);
                writer.Int64(move.Deadline.Ticks);
                writer.Int32(move.Rank);
                return FrameType.RequestMove;
            case RequestMoveNow now:
                writer.Int64(now.Hold);
                writer.Int64(now.Repair);
                writer.Int32(now.Rank);
                writer.Int32(now.Member);
                writer.Flag(now.IsPrepared);
                return FrameType.RequestMoveNow;
            case RequestPrepare prepare:
                writer.Int64(prepare.Hold);
                writer.Int32(prepare.Rank);
                writer.Int32(prepare.Member);
                return FrameType.RequestPrepare;
            case MovePrepared prepared:
                writer.Int64(prepared.Hold);
                writer.Flag(prepared.CanMove);
                writer.Text(prepared.Reason);
                return FrameType.MovePrepared;
            case MoveReady ready:
                writer.Int64(ready.Hold);
                writer.Int64(ready.StateBytes);
                writer.Text(ready.Reason);
                return FrameType.MoveReady;
            case Moved moved:
                writer.Int64(moved.Hold);
                writer.Int64(moved.Step);
                writer.Int64(moved.StateBytes);
                writer.Int64(moved.Duration.Ticks);
                return FrameType.Moved;
            case Goodbye:
                return FrameType.Goodbye;
            case Alive:
                return FrameType.Alive;
            case Ask ask:
                writer.Text(ask.Verb);
                writer.Text(ask.Argument);
                return FrameType.Ask;
            case Answer answer:
                writer.Flag(answer.IsDone);
                writer.Texts(answer.Lines);
                return FrameType.Answer;
            default:
                throw new ArgumentException($"{message.GetType().Name} has no form on the wire.", nameof(message));
        }
    }

    /// <summary>Reads a payload back into its message.</summary>
    /// <exception cref="ControlChannelException">The payload is malformed, or the type carries no message.</exception>
    public static ControlMessage Read(FrameType type, ReadOnlySpan<byte> payload)
    {
        var reader = new PayloadReader(payload);
        ControlMessage message = type switch
        {
            FrameType.Hello => ReadHello(ref reader),
            FrameType.Restored => new Restored(reader.Int64(), reader.Int64(), reader.Texts()),
            FrameType.Beat => new Beat(reader.Int64()),
            FrameType.CheckpointCommitted => new CheckpointCommitted(reader.Int64(), reader.Int64(), new TimeSpan(reader.Int64()), reader.Int64()),
            FrameType.CheckpointRefused => new CheckpointRefused(reader.Int64(), reader.Text()),
            FrameType.Finished => new Finished(reader.Int32(), reader.Flag()),
            FrameType.Failed => ReadFailed(ref reader),
            FrameType.RequestCheckpoint => new RequestCheckpoint(reader.Int64()),
            FrameType.RequestStop => new RequestStop(),
            FrameType.RequestRepair => new RequestRepair(reader.Int64(), reader.Int32(), reader.Text()),
            FrameType.RequestTakeIn => new RequestTakeIn(reader.Int64(), reader.Int32(), reader.Int32()),
            FrameType.RequestHold => new RequestHold(reader.Int64(), new TimeSpan(reader.Int64())),
            FrameType.RequestRelease => new RequestRelease(reader.Int64()),
            FrameType.Held => new Held(reader.Int64()),
            FrameType.HoldEnded => new HoldEnded(reader.Int64(), reader.Text()),
            FrameType.RequestMove => new RequestMove(reader.Int64(), new TimeSpan(reader.Int64()), reader.Int32()),
            FrameType.RequestMoveNow => new RequestMoveNow(reader.Int64(), reader.Int64(), reader.Int32(), reader.Int32(), reader.Flag()),
            FrameType.RequestPrepare => new RequestPrepare(reader.Int64(), reader.Int32(), reader.Int32()),
            FrameType.MovePrepared => new MovePrepared(reader.Int64(), reader.Flag(), reader.Text()),
            FrameType.MoveReady => new MoveReady(reader.Int64(), reader.Int64(), reader.Text()),
            FrameType.Moved => new Moved(reader.Int64(), reader.Int64(), reader.Int64(), new TimeSpan(reader.Int64())),
            FrameType.Goodbye => new Goodbye(),
            FrameType.Alive => new Alive(),
            FrameType.Ask => new Ask(reader.Text(), reader.Text()),
            FrameType.Answer => new Answer(reader.Flag(), reader.Texts()),
            _ => throw new ControlChannelException(ChannelRefusal.UnexpectedType, $"Control channel: a {type} frame is not expected after the handshake."),
        };
        reader.End();
        return message;
    }

    private static Hello ReadHello(ref PayloadReader reader)
    {
        int rank = reader.Int32();
        int size = reader.Int32();
        int processId = reader.Int32();
        int attempt = reader.Int32();
        if (size < 1 || rank < 0 || rank >= size || processId < 1)
            throw new ControlChannelException(ChannelRefusal.MalformedPayload, $"Control channel: a Hello names rank {rank} of {size} with process id {processId}.");
        return new Hello(rank, size, processId, Host: reader.Text(), attempt, Program: reader.Text());
    }

    private static Failed ReadFailed(ref PayloadReader reader)
    {
        long step = reader.Int64();
        return new Failed(reader.Text(), reader.Text(), step);
    }
}
