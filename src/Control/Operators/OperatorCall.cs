using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Control.Operators;

/// <summary>One question of an operator to the supervisor of a running job, through the job's Unix socket.</summary>
public static class OperatorCall
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Asks and waits for the answer.</summary>
    /// <param name="jobDirectory">The job's private directory.</param>
    /// <param name="verb">What is to be done.</param>
    /// <param name="argument">With what; empty if nothing.</param>
    /// <param name="timeout">Longest wait for the answer.</param>
    /// <returns>Whether it was done, and the lines of the answer.</returns>
    /// <exception cref="ControlException">The supervisor does not answer, or is not this user's.</exception>
    public static (bool IsDone, IReadOnlyList<string> Lines) Ask(string jobDirectory, string verb, string argument, TimeSpan timeout)
    {
        var address = new ControlAddress(Path.Combine(jobDirectory, "control"), Path.Combine(jobDirectory, "secret"), 1);
        try
        {
            using var dial = ControlDial.Beside(address, ConnectTimeout);
            ControlConnection connection = ControlHandshake.JoinSupervisor(dial.Stream, dial.Secret, ControlHandshake.NewNonce());
            connection.Send(new Ask(verb, argument));
            dial.Socket.ReceiveTimeout = (int)timeout.TotalMilliseconds;
            var lines = new List<string>();
            bool isDone = false;
            while (connection.Receive() is { } message and not Goodbye)
            {
                if (message is not Answer answer) continue;
                isDone = answer.IsDone;
                lines.AddRange(answer.Lines);
            }

            return (isDone, lines);
        }
        catch (Exception error) when (error is SocketException or IOException or ControlChannelException)
        {
            throw new ControlException(ExitCode.InternalError, $"The supervisor in {jobDirectory} does not answer: {error.Message} If no `hpcvirt run` is there any more, remove the directory.", error);
        }
    }
}
