using System;
using System.Collections.Generic;
using MPI;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// Streams a distributed plate through rank 0, row by row in the plate's own order, whatever the decomposition was. Rank 0 holds a band
/// of rows at a time, never the plate, and asks for each part of a band before it is sent, so that nothing piles up inside the MPI.
/// </summary>
public static class PlateGather
{
    private const int AskTag = 11, PartTag = 12;
    private const int BandElements = 1 << 17; // 1 MiB

    /// <summary>Hands every row of the plate to the sinks; collective. Only rank 0 uses its sinks.</summary>
    public static void ToRankZero(Intracommunicator world, HeatPlate heat, IReadOnlyList<IPlateRowSink> sinks)
    {
        int bandRows = Math.Max(1, BandElements / heat.Columns);
        if (world.Rank == 0)
            Collect(world, heat, sinks, bandRows);
        else
            Contribute(world, heat, bandRows);
    }

    private static void Collect(Intracommunicator world, HeatPlate heat, IReadOnlyList<IPlateRowSink> sinks, int bandRows)
    {
        ProcessGrid grid = heat.Grid;
        double[] band = new double[bandRows * heat.Columns];
        double[] part = new double[bandRows * heat.Tile.Columns.Length]; // rank 0 owns one of the widest tiles

        for (int gridRow = 0; gridRow < grid.Rows; gridRow++)
        {
            int tileRows = Block.Of(heat.Rows, grid.Rows, gridRow).Length;
            for (int first = 0; first < tileRows; first += bandRows)
            {
                int count = Math.Min(bandRows, tileRows - first);
                for (int gridColumn = 0; gridColumn < grid.Columns; gridColumn++)
                {
                    int rank = gridRow * grid.Columns + gridColumn;
                    Block columns = Block.Of(heat.Columns, grid.Columns, gridColumn);
                    Span<double> tilePart = part.AsSpan(0, count * columns.Length);
                    if (rank == 0)
                    {
                        CopyRows(heat, first, tilePart);
                    }
                    else
                    {
                        world.Send(ReadOnlySpan<byte>.Empty, rank, AskTag);
                        world.Receive(rank, PartTag, tilePart);
                    }
                    for (int row = 0; row < count; row++)
                        tilePart.Slice(row * columns.Length, columns.Length).CopyTo(band.AsSpan(row * heat.Columns + columns.Start));
                }
                for (int row = 0; row < count; row++)
                {
                    foreach (IPlateRowSink sink in sinks)
                        sink.Add(band.AsSpan(row * heat.Columns, heat.Columns));
                }
            }
        }
    }

    private static void Contribute(Intracommunicator world, HeatPlate heat, int bandRows)
    {
        int tileRows = heat.Tile.Rows.Length;
        int tileColumns = heat.Tile.Columns.Length;
        double[] part = new double[Math.Min(bandRows, tileRows) * tileColumns];
        for (int first = 0; first < tileRows; first += bandRows)
        {
            Span<double> tilePart = part.AsSpan(0, Math.Min(bandRows, tileRows - first) * tileColumns);
            CopyRows(heat, first, tilePart);
            world.Receive(0, AskTag, Span<byte>.Empty);
            world.Send<double>(tilePart, 0, PartTag);
        }
    }

    private static void CopyRows(HeatPlate heat, int first, Span<double> target)
    {
        int width = heat.Tile.Columns.Length;
        for (int row = 0; row < target.Length / width; row++)
            heat.Row(first + row).CopyTo(target[(row * width)..]);
    }
}
