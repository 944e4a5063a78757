using System;
using BigGustave;

namespace HpcVirt.Samples.Stencil;

/// <summary>
/// Draws the plate as a PNG: a large plate is sampled down and a small one enlarged by whole cells, so that the longer side stays
/// within 1,024 pixels and the memory for the picture is bounded.
/// </summary>
public sealed class PlateImage : IPlateRowSink
{
    private const int LongerSidePixelsMax = 1024;
    private const double HottestDegrees = 100;

    private readonly PendingFile _file;
    private readonly int _rows, _columns, _width, _height;
    private readonly PngBuilder _png;
    private int _row;
    private int _line;

    /// <summary>Starts a picture of a plate of that many cells; fails here, before any computing, when the folder is missing or not writable.</summary>
    public PlateImage(string path, int rows, int columns)
    {
        _file = new PendingFile(path);
        (_rows, _columns) = (rows, columns);
        (_width, _height) = PixelsOf(rows, columns);
        // Opaque colors in an alpha picture: without the channel BigGustave 1.0.6 may choose a palette of 4 bits a pixel and then writes rows of
        // a wrong length when the width is odd.
        _png = PngBuilder.Create(_width, _height, hasAlphaChannel: true);
    }

    /// <summary>Width and height of the picture of a plate.</summary>
    public static (int Width, int Height) PixelsOf(int rows, int columns)
    {
        int longer = Math.Max(rows, columns);
        if (longer <= LongerSidePixelsMax)
            return (columns * (LongerSidePixelsMax / longer), rows * (LongerSidePixelsMax / longer));
        return (
            Math.Max(1, (int)((long)columns * LongerSidePixelsMax / longer)),
            Math.Max(1, (int)((long)rows * LongerSidePixelsMax / longer)));
    }

    public void Add(ReadOnlySpan<double> row)
    {
        // A line of pixels shows the row under its upper edge: one row may fill several lines, or none.
        for (; _line < _height && (long)_line * _rows / _height == _row; _line++)
        {
            for (int x = 0; x < _width; x++)
            {
                RgbColor color = HeatColorMap.At(row[(int)((long)x * _columns / _width)] / HottestDegrees);
                _png.SetPixel(color.Red, color.Green, color.Blue, x, _line);
            }
        }
        _row++;
    }

    public void Complete()
    {
        _png.Save(_file.Stream);
        _file.Publish();
    }

    public void Dispose() => _file.Dispose();
}
