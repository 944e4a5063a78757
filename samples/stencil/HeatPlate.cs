using System;
using HpcVirt.Mpi.Resilience;
using MPI;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// One rank's part of a heated plate. The middle of the plate's top edge (from 10 % to 90 %) is held at 100 degrees and the rest of its
/// edge at 0; inside, every step moves each cell to the mean of its four neighbours.
/// </summary>
/// <remarks>
/// The field is row-major, with a halo one cell wide all around: (rows + 2) x (columns + 2) doubles in page-aligned native memory. Two
/// fields are kept and swapped, so <see cref="Temperature"/> is another buffer after every sweep.
/// </remarks>
public sealed class HeatPlate : IDisposable
{
    private const double HotEdge = 100;
    private const int UpTag = 1, DownTag = 2, LeftTag = 3, RightTag = 4;

    private readonly CellRange _sweptCells;
    private readonly int _stride;
    private readonly int _up, _down, _left, _right;
    private readonly MpiBuffer<double> _sentColumn, _receivedColumn;
    private MpiBuffer<double> _current, _next;

    /// <summary>Takes this rank's tile of a plate of <paramref name="rows"/> x <paramref name="columns"/> cells at step 0.</summary>
    /// <param name="dimensions">1 cuts the plate into row strips, 2 into a grid of tiles.</param>
    /// <exception cref="StencilOptionException">The plate does not fit the ranks; every rank throws the same.</exception>
    public HeatPlate(Intracommunicator world, int rows, int columns, int dimensions = 1)
    {
        Rows = rows;
        Columns = columns;
        Grid = ProcessGrid.For(dimensions, world.Size, rows, columns);
        Tile = Grid.TileOf(world.Rank, rows, columns);
        _stride = Tile.Columns.Length + 2;
        long elements = (Tile.Rows.Length + 2L) * _stride;
        if (elements > Array.MaxLength)
            throw new StencilOptionException($"a tile of {Tile.Rows.Length} x {Tile.Columns.Length} cells is too large for one rank: start more ranks");

        (_up, _down) = (NeighborOf(world, -1, 0), NeighborOf(world, 1, 0));
        (_left, _right) = (NeighborOf(world, 0, -1), NeighborOf(world, 0, 1));
        _current = new MpiBuffer<double>((int)elements);
        _next = new MpiBuffer<double>((int)elements);
        _sentColumn = new MpiBuffer<double>(Tile.Rows.Length);
        _receivedColumn = new MpiBuffer<double>(Tile.Rows.Length);
        _sweptCells = InnerCells();
        HeatTopEdge(_current.Span);
        HeatTopEdge(_next.Span);
    }

    /// <summary>Rows of the whole plate.</summary>
    public int Rows { get; }

    /// <summary>Columns of the whole plate.</summary>
    public int Columns { get; }

    /// <summary>How the ranks are laid over the plate.</summary>
    public ProcessGrid Grid { get; }

    /// <summary>The cells of the plate that this rank owns.</summary>
    public Tile Tile { get; }

    /// <summary>What part of the plate <see cref="Temperature"/> is, so that a checkpoint of it can be read by other ranks.</summary>
    public Decomposition Decomposition => new(
        [Rows, Columns], [Tile.Rows.Start, Tile.Columns.Start], [Tile.Rows.Length, Tile.Columns.Length], halo: [1, 1]);

    /// <summary>Degrees of this rank's cells and of the halo around them, row by row.</summary>
    public Memory<double> Temperature => _current.Memory;

    /// <summary>One row of this rank's tile, without the halo.</summary>
    /// <param name="row">Row within the tile, from 0; -1 and the tile's number of rows are the halo.</param>
    public Span<double> Row(int row) => _current.Span.Slice((row + 1) * _stride + 1, Tile.Columns.Length);

    /// <summary>Sends this rank's outermost cells to its neighbours and receives theirs; collective.</summary>
    public void ExchangeHalo(Intracommunicator world)
    {
        int lastRow = Tile.Rows.Length - 1;
        world.Sendrecv(Row(0), _up, UpTag, Row(lastRow + 1), _down, UpTag);
        world.Sendrecv(Row(lastRow), _down, DownTag, Row(-1), _up, DownTag);
        if (Grid.Columns == 1)
            return;
        ExchangeColumn(world, 0, _left, Tile.Columns.Length, _right, LeftTag);
        ExchangeColumn(world, Tile.Columns.Length - 1, _right, -1, _left, RightTag);
    }

    /// <summary>Moves the plate one step on.</summary>
    /// <returns>The largest absolute change of a cell of this rank, in degrees.</returns>
    public double Sweep()
    {
        double change = FivePointSweep.Apply(_current.Span, _next.Span, _sweptCells);
        (_current, _next) = (_next, _current);
        return change;
    }

    public void Dispose()
    {
        ((IDisposable)_current).Dispose();
        ((IDisposable)_next).Dispose();
        ((IDisposable)_sentColumn).Dispose();
        ((IDisposable)_receivedColumn).Dispose();
    }

    private int NeighborOf(Intracommunicator world, int down, int right) =>
        Grid.Neighbor(world.Rank, down, right) ?? Communicator.NullProcess;

    // A column is scattered in memory: it is packed, so that one message of contiguous doubles crosses.
    private void ExchangeColumn(Intracommunicator world, int sentColumn, int dest, int receivedColumn, int source, int tag)
    {
        Span<double> field = _current.Span;
        Span<double> sent = _sentColumn.Span;
        Span<double> received = _receivedColumn.Span;
        for (int row = 0; row < sent.Length; row++)
            sent[row] = field[(row + 1) * _stride + sentColumn + 1];
        world.Sendrecv(sent, dest, tag, received, source, tag);
        if (source == Communicator.NullProcess)
            return;
        for (int row = 0; row < received.Length; row++)
            field[(row + 1) * _stride + receivedColumn + 1] = received[row];
    }

    // The plate's own edge is fixed, so only the cells inside it are swept.
    private CellRange InnerCells()
    {
        int firstRow = Math.Max(Tile.Rows.Start, 1);
        int endRow = Math.Min(Tile.Rows.End, Rows - 1);
        int firstColumn = Math.Max(Tile.Columns.Start, 1);
        int endColumn = Math.Min(Tile.Columns.End, Columns - 1);
        int offset = (firstRow - Tile.Rows.Start + 1) * _stride + (firstColumn - Tile.Columns.Start + 1);
        return new CellRange(offset, endRow - firstRow, endColumn - firstColumn, _stride);
    }

    private void HeatTopEdge(Span<double> field)
    {
        field.Clear();
        if (Tile.Rows.Start > 0)
            return;
        for (int column = 0; column < Tile.Columns.Length; column++)
        {
            long tenths = 10L * (Tile.Columns.Start + column);
            if (tenths >= Columns && tenths < 9L * Columns)
                field[_stride + column + 1] = HotEdge;
        }
    }
}
