using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Samples.Stencil;

/// <summary>How the ranks are laid over the plate: rank r stands at row r / Columns and column r % Columns of the grid.</summary>
/// <param name="Rows">Ranks from top to bottom.</param>
/// <param name="Columns">Ranks from left to right.</param>
public readonly record struct ProcessGrid(int Rows, int Columns)
{
    /// <summary>Lays <paramref name="ranks"/> ranks over a plate so that every rank owns at least one cell and the halo is smallest.</summary>
    /// <param name="dimensions">1 cuts the plate into row strips only, 2 also cuts columns.</param>
    /// <exception cref="StencilOptionException">The plate is too small for that many ranks.</exception>
    public static ProcessGrid For(int dimensions, int ranks, int plateRows, int plateColumns)
    {
        IEnumerable<ProcessGrid> candidates = Enumerable.Range(1, ranks)
            .Where(rows => ranks % rows == 0 && (dimensions == 2 || rows == ranks))
            .Select(rows => new ProcessGrid(rows, ranks / rows))
            .Where(grid => grid.Rows <= plateRows && grid.Columns <= plateColumns);

        // Cells that cross a cut in one step; among equals the grid with more rows, whose halo needs no packing.
        ProcessGrid[] fitting = [.. candidates
            .OrderBy(grid => (grid.Rows - 1L) * plateColumns + (grid.Columns - 1L) * plateRows)
            .ThenByDescending(grid => grid.Rows)];

        return fitting.Length > 0
            ? fitting[0]
            : throw new StencilOptionException(dimensions == 1
                ? $"a plate of {plateRows} rows cannot be cut into strips for {ranks} ranks: start at most {plateRows} ranks, " +
                  $"give --rows {ranks} or more, or try --decomposition 2d"
                : $"a plate of {plateRows} x {plateColumns} cells cannot be cut into a grid of {ranks} ranks: start fewer ranks or give a larger plate");
    }

    /// <summary>The cells that <paramref name="rank"/> owns.</summary>
    public Tile TileOf(int rank, int plateRows, int plateColumns) => new(
        Block.Of(plateRows, Rows, rank / Columns),
        Block.Of(plateColumns, Columns, rank % Columns));

    /// <summary>The rank that many steps down and to the right of <paramref name="rank"/>, or null beyond the plate's edge.</summary>
    public int? Neighbor(int rank, int down, int right)
    {
        int row = rank / Columns + down;
        int column = rank % Columns + right;
        return row >= 0 && row < Rows && column >= 0 && column < Columns ? row * Columns + column : null;
    }
}
