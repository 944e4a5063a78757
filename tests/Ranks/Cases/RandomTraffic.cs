using System;
using HpcVirt.Ranks.Harness;
using MPI;

namespace HpcVirt.Ranks.Cases;

/// <summary>One message of three ints in each of the ways to send it and to receive it.</summary>
internal static class RandomTraffic
{
    public const int SendKinds = 6;
    public const int ReceiveKinds = 8;

    /// <summary>Sends; what is not complete on return is the request that is returned.</summary>
    public static Request? Send(Intracommunicator communicator, int dest, int message, int kind)
    {
        int[] values = [message, 2 * message, 3 * message];
        if (kind == 0 && dest != communicator.Rank)
        {
            // Short enough to be sent eagerly; to oneself a blocking send may wait for ever.
            communicator.Send<int>(values, dest, message);
            return null;
        }

        if (kind == 1)
        {
            PersistentRequest persistent = communicator.PersistentSend(values, dest, message);
            persistent.Start();
            return persistent;
        }

        return kind switch
        {
            2 => communicator.ImmediateSynchronousSend<int>(values, dest, message),
            3 => communicator.ImmediateSend(values.AsMemory(), dest, message),
            4 => communicator.ImmediateSend(new Three(values[0], values[1], values[2]), dest, message),
            _ => communicator.ImmediateSend(values, dest, message),
        };
    }

    public static void Receive(Intracommunicator communicator, int source, int message, int kind)
    {
        int[] values = new int[3];
        switch (kind)
        {
            case 0:
                communicator.Receive<int>(source, message, values.AsSpan());
                break;
            case 1:
                communicator.Receive<int>(Communicator.anySource, message, values.AsSpan());
                break;
            case 2:
                communicator.ImmediateReceive(source, message, values).Wait();
                break;
            case 3:
                ReceiveRequest request = communicator.ImmediateReceive(Communicator.anySource, message, values.AsMemory());
                while (request.Test() is null)
                {
                }

                break;
            case 4:
                using (PersistentRequest persistent = communicator.PersistentReceive(source, message, values))
                {
                    persistent.Start();
                    persistent.Wait();
                }

                break;
            case 5:
                communicator.MatchedProbe(source, message).Receive<int>(values);
                break;
            case 6:
                communicator.MatchedProbe(Communicator.anySource, message).ImmediateReceive<int>(values).Wait();
                break;
            default:
                // Behind a receive of an object that never comes: matched by the binding.
                ReceiveRequest never = communicator.ImmediateReceive<string>(source, message + 1_000);
                ReceiveRequest queued = communicator.ImmediateReceive(source, message, values);
                queued.Wait();
                never.Cancel();
                break;
        }

        Expect.Sequence([message, 2 * message, 3 * message], values.AsSpan(), $"message {message} by receive {kind}");
    }

    /// <summary>A struct of as many bytes as the array; a tuple would not do, for the runtime pads tuples as it likes.</summary>
    private readonly record struct Three(int One, int Two, int Other);
}
