using System;

namespace HpcVirt.Samples.Stencil;

/// <summary>Takes the rows of the whole plate, from the top to the bottom, one at a time.</summary>
public interface IPlateRowSink : IDisposable
{
    /// <summary>Takes the next row; the span is only valid during the call.</summary>
    void Add(ReadOnlySpan<double> row);

    /// <summary>The plate is complete: makes the result visible. A sink that is disposed of before leaves nothing behind.</summary>
    void Complete();
}
