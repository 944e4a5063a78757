using System;
using System.Collections.Generic;
using System.IO;
using MPI;

namespace HpcVirt.Samples.Stencil;

/// <summary>What the program leaves behind: a picture, a result file, a checksum, each if asked for.</summary>
public sealed class PlateOutput : IDisposable
{
    private readonly bool _wanted;
    private readonly List<IPlateRowSink> _sinks = [];

    /// <summary>Opens the outputs on rank 0, before any computing, so that a missing folder costs no run; collective.</summary>
    /// <exception cref="StencilOptionException">Rank 0 cannot write there; every rank throws, so that all leave together.</exception>
    public PlateOutput(Intracommunicator world, StencilOptions options)
    {
        _wanted = options.Checksum || options.Result is not null || options.Image is not null;
        string reason = world.Rank == 0 ? OpenAll(options) : "rank 0 says why";
        Span<bool> refused = [world.Rank == 0 && reason.Length > 0];
        world.Broadcast(refused, 0);
        if (!refused[0])
            return;
        Dispose();
        throw new StencilOptionException(reason);
    }

    /// <summary>Writes the plate; collective.</summary>
    public void Write(Intracommunicator world, HeatPlate heat)
    {
        if (!_wanted)
            return;
        PlateGather.ToRankZero(world, heat, _sinks);
        foreach (IPlateRowSink sink in _sinks)
            sink.Complete();
    }

    public void Dispose()
    {
        foreach (IPlateRowSink sink in _sinks)
            sink.Dispose();
        _sinks.Clear();
    }

    // Returns what is wrong, or nothing.
    private string OpenAll(StencilOptions options)
    {
        string option = "--result";
        try
        {
            if (options.Result is not null)
                _sinks.Add(new ResultFile(options.Result));
            option = "--image";
            if (options.Image is not null)
                _sinks.Add(new PlateImage(options.Image, options.Rows, options.Columns));
            if (options.Checksum)
                _sinks.Add(new PlateChecksum(Console.Out));
            return "";
        }
        catch (Exception reason) when (reason is IOException or UnauthorizedAccessException)
        {
            return $"{option} cannot be written: {reason.Message} Name a file in a folder that exists on the host of rank 0 and that you may write.";
        }
    }
}
