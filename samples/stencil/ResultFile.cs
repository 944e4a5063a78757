using System;

namespace HpcVirt.Samples.Stencil;

/// <summary>Writes the plate as raw doubles: rows x columns IEEE 754 numbers, little-endian, row by row from the top.</summary>
public sealed class ResultFile(string path) : IPlateRowSink
{
    private readonly PendingFile _file = new(path);

    public void Add(ReadOnlySpan<double> row) => _file.Stream.Write(LittleEndianRow.BytesOf(row));

    public void Complete() => _file.Publish();

    public void Dispose() => _file.Dispose();
}
