using System;
using System.Threading;
using HpcVirt.Control.Channel;
using HpcVirt.Control.Launchers;
using HpcVirt.Control.Native;
using HpcVirt.Control.Processes;
using HpcVirt.Control.Protocol;

namespace HpcVirt.Control.Supervision;

/// <summary>The processes of one attempt, from launch to the last one's end.</summary>
internal sealed class Attempt : IDisposable
{
    /// <summary>When a rank is lost, both launchers end by themselves within 20 ms and say why; one that hangs is not waited for.</summary>
    private static readonly TimeSpan ExitGrace = TimeSpan.FromSeconds(0.5);

    /// <summary>On SIGTERM the launchers end their ranks, also on other hosts, and remove their own temporary files.</summary>
    private static readonly TimeSpan TerminateTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan FenceTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(1);

    private readonly int _number;
    private readonly MpiLauncher _launcher;
    private readonly JobProcess _process;
    private readonly JobProcesses _all;
    private readonly ControlServer _server;
    private readonly TimeProvider _time;

    public Attempt(int number, MpiLauncher launcher, JobProcess process, JobProcesses all, ControlServer server, TimeProvider time)
    {
        _number = number;
        _launcher = launcher;
        _process = process;
        _all = all;
        _server = server;
        _time = time;
    }

    /// <summary>Reports the launcher's own end, after everything that its ranks said before has been heard.</summary>
    public void Watch(Action<SupervisorEvent> post)
    {
        new Thread(() =>
        {
            _process.WaitForExit();
            _process.WaitForOutput(DrainTimeout);
            _server.WaitUntilQuiet(DrainTimeout);
            post(new LauncherExited(_number, _launcher.StatusOf(_process.ExitCode)));
        })
        { IsBackground = true, Name = "hpcvirt launcher watch" }.Start();
    }

    /// <summary>Passes a signal on to the ranks.</summary>
    /// <param name="signal">Number of the signal.</param>
    /// <param name="onOtherHosts">True if ranks run on other hosts too, where only the launcher reaches them.</param>
    public void Forward(int signal, bool onOtherHosts)
    {
        bool isUserSignal = signal is Signals.User1 or Signals.User2;
        if (onOtherHosts && (!isUserSignal || _launcher.ForwardsUserSignals))
            _process.Signal(signal);
        else if (_all.Signal(signal, _launcher.RankVariable) == 0 && !isUserSignal)
            _process.Signal(signal); // No rank was started yet: the launcher is all there is.
    }

    /// <summary>Ends everything that is left and waits for it.</summary>
    /// <returns>
    /// The launcher's status if it ended by itself, whether all processes within reach are gone, and the hosts that are not: connections from
    /// there did not end, although the launcher ends its ranks everywhere.
    /// </returns>
    public (ExitStatus? Status, bool AllGone, string[] Unreachable) End(bool withGrace)
    {
        bool byItself = _process.WaitForExit(withGrace ? ExitGrace : TimeSpan.Zero);
        if (!byItself)
        {
            _process.Signal(Signals.Terminate);
            _process.WaitForExit(TerminateTimeout);
        }

        bool allGone = _all.Fence(FenceTimeout, _time);
        bool exited = _process.WaitForExit(DrainTimeout);
        _process.WaitForOutput(DrainTimeout);
        string[] unreachable = [];
        if (!_server.WaitUntilQuiet(DrainTimeout))
        {
            unreachable = _server.HostsOfConnections();
            _server.CloseConnections();
        }

        return (byItself && exited ? _launcher.StatusOf(_process.ExitCode) : null, allGone, unreachable);
    }

    public void Dispose() => _process.Dispose();
}
