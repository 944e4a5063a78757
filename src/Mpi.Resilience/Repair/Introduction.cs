using System;
using System.Runtime.ExceptionServices;
using System.Threading;
using HpcVirt.Mpi.Resilience.Channel;

namespace HpcVirt.Mpi.Resilience.Repair;

/// <summary>A process says goodbye to the supervisor as one who waited, and introduces itself as a rank, while its own thread has something else to do.</summary>
internal sealed class Introduction
{
    private readonly Thread _thread;
    private ControlClient? _control;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Begins it.</summary>
    /// <param name="before">The connection of the one who waited.</param>
    /// <param name="connect">Connects the rank; has a deadline of its own.</param>
    public Introduction(ControlClient? before, Func<ControlClient?> connect)
    {
        _thread = new Thread(() =>
        {
            try
            {
                before?.Dispose();
                _control = connect();
            }
            catch (Exception failure)
            {
                _failure = ExceptionDispatchInfo.Capture(failure);
            }
        })
        { IsBackground = true, Name = "hpcvirt introduction" };
        _thread.Start();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The rank's connection.</returns>
    /// <exception cref="ControlChannelException">The supervisor does not take this process.</exception>
    public ControlClient? Result()
    {
        _thread.Join();
        _failure?.Throw();
        return _control;
    }
}
