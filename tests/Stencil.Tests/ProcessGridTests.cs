using System.Linq;
using NUnit.Framework;

namespace HpcVirt.Samples.Stencil.Tests;

public sealed class ProcessGridTests
{
    [TestCase(1, 4, 512, 512, 4, 1, TestName = "One dimension is strips")]
    [TestCase(2, 4, 512, 512, 2, 2, TestName = "Two dimensions on a square plate are a square grid")]
    [TestCase(2, 6, 512, 512, 3, 2, TestName = "Among equal halos the grid with more rows wins")]
    [TestCase(2, 4, 4096, 64, 4, 1, TestName = "A tall plate is cut across its length")]
    [TestCase(2, 4, 64, 4096, 1, 4, TestName = "A wide plate is cut across its length")]
    [TestCase(2, 9, 3, 512, 1, 9, TestName = "A plate with few rows is cut into columns")]
    [TestCase(2, 3, 101, 67, 3, 1, TestName = "A prime number of ranks is a line")]
    public void The_grid_has_the_smallest_halo(int dimensions, int ranks, int rows, int columns, int gridRows, int gridColumns)
    {
        Assert.That(ProcessGrid.For(dimensions, ranks, rows, columns), Is.EqualTo(new ProcessGrid(gridRows, gridColumns)));
    }

    [Test]
    public void Tiles_cover_every_cell_once([Values(1, 2, 3, 4, 6, 7)] int ranks, [Values(1, 2)] int dimensions)
    {
        const int Rows = 23, Columns = 17;
        ProcessGrid grid = ProcessGrid.For(dimensions, ranks, Rows, Columns);
        int[] owners = new int[Rows * Columns];

        foreach (Tile tile in Enumerable.Range(0, ranks).Select(rank => grid.TileOf(rank, Rows, Columns)))
        {
            for (int row = tile.Rows.Start; row < tile.Rows.End; row++)
            {
                for (int column = tile.Columns.Start; column < tile.Columns.End; column++)
                    owners[row * Columns + column]++;
            }
        }

        Assert.That(owners, Is.All.EqualTo(1));
    }

    [Test]
    public void Neighbors_see_each_other_and_none_stands_beyond_the_edge()
    {
        var grid = new ProcessGrid(3, 2);

        Assert.That(grid.Neighbor(2, -1, 0), Is.EqualTo(0));
        Assert.That(grid.Neighbor(0, 1, 0), Is.EqualTo(2));
        Assert.That(grid.Neighbor(2, 0, 1), Is.EqualTo(3));
        Assert.That(grid.Neighbor(3, 0, 1), Is.Null);
        Assert.That(grid.Neighbor(2, 0, -1), Is.Null);
        Assert.That(grid.Neighbor(0, -1, 0), Is.Null);
        Assert.That(grid.Neighbor(5, 1, 0), Is.Null);
    }

    [Test]
    public void More_ranks_than_rows_are_refused_with_three_ways_out()
    {
        Assert.That(
            () => ProcessGrid.For(1, 4, 3, 512),
            Throws.TypeOf<StencilOptionException>().With.Message.Contains("at most 3 ranks")
                .And.Message.Contains("--rows 4").And.Message.Contains("--decomposition 2d"));
    }

    [Test]
    public void A_grid_that_cannot_be_cut_at_all_is_refused()
    {
        Assert.That(() => ProcessGrid.For(2, 7, 6, 6), Throws.TypeOf<StencilOptionException>().With.Message.Contains("7 ranks"));
    }
}
