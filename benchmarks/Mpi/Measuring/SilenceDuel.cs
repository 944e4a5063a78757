using System;
using System.Collections.Generic;
using System.Diagnostics;
using HpcVirt.Mpi.Resilience.Quiesce;
using MPI;
using MPI.Traffic;

namespace HpcVirt.Benchmarks.Mpi.Measuring;

/// <summary>
/// The way from the request to proven silence with messages of mixed sizes in flight, in turn with the same drain in C (<c>benchmarks/c/drain.c</c>).
/// Sending and receiving the messages stands outside of the clock.
/// </summary>
internal sealed unsafe class SilenceDuel : IDisposable
{
    private const int WarmUpPairs = 20;
    private const int Pairs = 40;

    /// <summary>A third is large: such messages leave their sender only when the receiver takes them.</summary>
    private static readonly int[] SizesBytes = [8, 256, 131_072, 64, 4096, 262_144];

    private readonly Intracommunicator _world;
    private readonly CLibrary _c;
    private readonly int[] _sizes;
    private readonly MpiBuffer<byte>[] _outbox;
    private readonly MpiBuffer<byte> _inbox = new(SizesBytes[^1]);
    private readonly QuiesceDriver _driver;

    /// <param name="world">The ranks.</param>
    /// <param name="c">The C contender.</param>
    /// <param name="messages">Messages in flight in the whole job.</param>
    public SilenceDuel(Intracommunicator world, CLibrary c, int messages)
    {
        _world = world;
        _c = c;
        TrafficLedger.SwitchOn();
        _driver = new QuiesceDriver(world, new QuiesceOptions(TimeSpan.FromSeconds(30), 1L << 32, TimeSpan.FromSeconds(60)), TimeProvider.System);
        _sizes = new int[messages / world.Size];
        _outbox = new MpiBuffer<byte>[_sizes.Length];
        for (int message = 0; message < _sizes.Length; message++)
        {
            _sizes[message] = SizesBytes[message % SizesBytes.Length];
            _outbox[message] = new MpiBuffer<byte>(_sizes[message]);
            _outbox[message].Span.Fill((byte)message);
        }
    }

    public void Run()
    {
        for (int pair = 0; pair < WarmUpPairs; pair++)
            _ = (Ours(), Theirs());
        double[] ratios = new double[Pairs];
        double[] ours = new double[Pairs];
        for (int pair = 0; pair < Pairs; pair++)
        {
            (double mine, double c) = pair % 2 == 0 ? (Ours(), Theirs()) : Swap(Theirs(), Ours());
            (ours[pair], ratios[pair]) = (mine * 1e3, mine / c);
        }

        if (_world.Rank != 0)
            return;
        ReportLine.Write(ReportLine.Ratio, Median.Of(ratios));
        ReportLine.Write(ReportLine.SilenceMilliseconds, Median.Of(ours));
    }

    public void Dispose()
    {
        _driver.Dispose();
        foreach (MpiBuffer<byte> message in _outbox)
            ((IDisposable)message).Dispose();
        ((IDisposable)_inbox).Dispose();
    }

    private static (double Ours, double Theirs) Swap(double theirs, double ours) => (ours, theirs);

    /// <summary>Seconds of the slowest rank.</summary>
    private double Ours()
    {
        var sends = new List<Request>(_outbox.Length);
        for (int message = 0; message < _outbox.Length; message++)
        {
            Request send = _world.ImmediateSend(_outbox[message], (_world.Rank + 1 + (message % (_world.Size - 1))) % _world.Size, message % 7);
            send.CrossingName = "in flight";
            sends.Add(send);
        }

        _world.Barrier();
        long start = Stopwatch.GetTimestamp();
        double seconds = 0;
        long captured = 0;
        QuiesceOutcome outcome = _driver.Fall(verdict =>
        {
            seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            captured = verdict.CapturedMessages;
        });
        if (outcome != QuiesceOutcome.Done || captured != (long)_outbox.Length * _world.Size)
            throw new InvalidOperationException($"the job did not fall silent with all messages captured: {outcome}, {captured} messages");
        for (int message = 0; message < _outbox.Length; message++)
            _world.Receive(Communicator.anySource, Communicator.anyTag, _inbox.Span);
        foreach (Request send in sends)
            send.Wait();
        return Slowest(seconds);
    }

    private double Theirs()
    {
        fixed (int* sizes = _sizes)
        {
            double seconds = _c.Drain(sizes, _sizes.Length);
            return seconds > 0 ? Slowest(seconds) : throw new InvalidOperationException("the drain in C did not end in silence");
        }
    }

    private double Slowest(double seconds)
    {
        Span<double> slowest = [seconds];
        _world.Allreduce(slowest, Operation<double>.Max);
        return slowest[0];
    }
}
