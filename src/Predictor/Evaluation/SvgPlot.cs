using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;

namespace HpcVirt.Predictor.Evaluation;

/// <summary>A plot with two axes, as SVG.</summary>
internal sealed class SvgPlot
{
    private const double Width = 520;
    private const double Height = 320;
    private const double Left = 56;
    private const double Right = 14;
    private const double Top = 10;
    private const double Bottom = 44;

    private readonly StringBuilder _body = new();
    private readonly (double From, double To) _x;
    private readonly (double From, double To) _y;
    private readonly bool _isLogX;

    public SvgPlot((double From, double To) x, (double From, double To) y, string xTitle, string yTitle, bool isLogX = false)
    {
        _x = x;
        _y = y;
        _isLogX = isLogX;
        foreach (double tick in isLogX ? LogTicks(x) : Ticks(x)) Tick(X(tick), Height - Bottom, X(tick), Top, Number(tick), isX: true);
        foreach (double tick in Ticks(y)) Tick(Left, Y(tick), Width - Right, Y(tick), Number(tick), isX: false);
        Label(Left + ((Width - Left - Right) / 2), Height - 6, xTitle, "middle");
        _body.Append(CultureInfo.InvariantCulture, $"<text transform=\"translate(13,{(Height - Bottom) / 2:0.#}) rotate(-90)\" text-anchor=\"middle\">{HtmlReport.Text(yTitle)}</text>");
    }

    public void Line(IEnumerable<(double X, double Y)> points, string color, bool isDashed = false, double width = 2)
    {
        _body.Append("<polyline fill=\"none\" points=\"");
        foreach ((double x, double y) in points) _body.Append(CultureInfo.InvariantCulture, $"{X(x):0.#},{Y(y):0.#} ");
        _body.Append(CultureInfo.InvariantCulture, $"\" stroke=\"{color}\" stroke-width=\"{width}\"{(isDashed ? " stroke-dasharray=\"5 4\"" : "")}/>");
    }

    public void Dot(double x, double y, double radius, string fill, string stroke = "none") =>
        _body.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(x):0.#}\" cy=\"{Y(y):0.#}\" r=\"{radius:0.#}\" fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"2\"/>");

    public void Bar(double fromX, double toX, double y, string fill) =>
        _body.Append(CultureInfo.InvariantCulture, $"<rect x=\"{X(fromX) + 1:0.#}\" y=\"{Y(y):0.#}\" width=\"{Math.Max(0.5, X(toX) - X(fromX) - 2):0.#}\" height=\"{Y(_y.From) - Y(y):0.#}\" fill=\"{fill}\"/>");

    public void Note(double x, double y, string text) => Label(X(x), Y(y), text, "start");

    public override string ToString() => $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" font-family=\"sans-serif\" font-size=\"12\">{_body}</svg>";

    /// <summary>Round numbers within a range, about five of them.</summary>
    internal static IEnumerable<double> Ticks((double From, double To) range)
    {
        double raw = (range.To - range.From) / 5, magnitude = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(raw, 1e-12))));
        double step = magnitude * (raw / magnitude < 1.5 ? 1 : raw / magnitude < 3.5 ? 2 : raw / magnitude < 7.5 ? 5 : 10);
        for (double tick = Math.Ceiling(range.From / step) * step; tick <= range.To + (step * 1e-9); tick += step) yield return Math.Abs(tick) < step * 1e-9 ? 0 : tick;
    }

    private static IEnumerable<double> LogTicks((double From, double To) range)
    {
        for (double tick = Math.Pow(10, Math.Ceiling(Math.Log10(range.From) - 1e-9)); tick <= range.To * 1.0001; tick *= 10) yield return tick;
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) is >= 10000 or (< 0.001 and > 0) ? "0.#e0" : "0.####", CultureInfo.InvariantCulture);

    private double X(double x)
    {
        double share = _isLogX ? (Math.Log(Math.Max(x, _x.From)) - Math.Log(_x.From)) / (Math.Log(_x.To) - Math.Log(_x.From)) : (x - _x.From) / (_x.To - _x.From);
        return Left + (Math.Clamp(share, 0, 1) * (Width - Left - Right));
    }

    private double Y(double y) => Height - Bottom - (Math.Clamp((y - _y.From) / (_y.To - _y.From), 0, 1) * (Height - Top - Bottom));

    private void Tick(double x1, double y1, double x2, double y2, string text, bool isX)
    {
        _body.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" stroke=\"#d9dfe7\"/>");
        if (isX) Label(x1, y1 + 17, text, "middle");
        else Label(x1 - 6, y1 + 4, text, "end");
    }

    private void Label(double x, double y, string text, string anchor) =>
        _body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" text-anchor=\"{anchor}\" fill=\"#5c6b7f\">{HtmlReport.Text(text)}</text>");
}
