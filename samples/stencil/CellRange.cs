namespace HpcVirt.Samples.Stencil;

/// <summary>A rectangle of cells inside a row-major field that is <paramref name="Stride"/> elements wide.</summary>
/// <param name="Offset">Element index of the rectangle's first cell.</param>
/// <param name="Rows">Rows of the rectangle; none is fine.</param>
/// <param name="Columns">Columns of the rectangle; none is fine.</param>
/// <param name="Stride">Elements from one row of the field to the next.</param>
public readonly record struct CellRange(int Offset, int Rows, int Columns, int Stride);
