using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using CsvHelper;
using CsvHelper.Configuration;

namespace HpcVirt.Predictor.Data;

/// <summary>The rows of a CSV file, gzip or plain, one at a time. Rows of the wrong width are counted and left out.</summary>
internal sealed class CsvRows : IDisposable
{
    private readonly CountedStream _counted;
    private readonly StreamReader _reader;
    private readonly CsvParser _parser;
    private readonly IngestReport _report;
    private readonly Dictionary<string, int> _columns = [];
    private bool _isBad;

    public CsvRows(string path, IngestReport report, Action<double>? onFraction = null)
    {
        _report = report;
        _counted = Open(path, onFraction);
        Stream bytes = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(_counted, CompressionMode.Decompress) : _counted;
        _reader = new StreamReader(bytes, bufferSize: 1 << 16);
        var configuration = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            // One file has one line end form; CsvHelper sees \n and \r\n alike.
            BadDataFound = _ => _isBad = true,
            CacheFields = false,
            DetectColumnCountChanges = false,
            CountBytes = false,
        };
        _parser = new CsvParser(_reader, configuration);
        try
        {
            if (!Advance()) throw new HealthDataException(path, 1, "the file is empty; a header row is needed");
            Header = [.. Enumerable.Range(0, _parser.Count).Select(i => _parser[i].Trim())];
            for (int i = 0; i < Header.Count; i++)
            {
                if (!_columns.TryAdd(Header[i], i)) throw new HealthDataException(path, 1, $"the column '{Header[i]}' stands twice in the header");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Header { get; } = [];

    /// <summary>The line that the present row begins on, from 1.</summary>
    public long Line { get; private set; }

    public string this[int column] => _parser[column];

    public int ColumnOf(string name) =>
        _columns.TryGetValue(name, out int column) ? column : throw new HealthDataException(_report.File, 1, $"there is no column '{name}'; the header has {string.Join(", ", Header)}");

    public int? FindColumn(string name) => _columns.TryGetValue(name, out int column) ? column : null;

    /// <summary>Goes to the next row of the right width.</summary>
    public bool Next()
    {
        while (Advance())
        {
            _report.Rows++;
            if (!_isBad && _parser.Count == Header.Count) return true;
            _report.Add(RowProblem.Malformed, Line, _isBad ? "a quote does not close as it should" : $"the row has {_parser.Count} fields, the header {Header.Count}");
        }

        return false;
    }

    public void Dispose()
    {
        _parser?.Dispose();
        _reader.Dispose();
        _counted.Dispose();
    }

    private bool Advance()
    {
        _isBad = false;
        try
        {
            if (!_parser.Read()) return false;
            Line = _parser.RawRow;
            return true;
        }
        catch (InvalidDataException error)
        {
            throw new HealthDataException(_report.File, Line + 1, $"the gzip stream is damaged here ({error.Message}); copy the file again");
        }
        catch (CsvHelperException error)
        {
            throw new HealthDataException(_report.File, Line + 1, $"this is no CSV ({error.Message.Split('\n')[0]}); check the file");
        }
    }

    private static CountedStream Open(string path, Action<double>? onFraction)
    {
        try
        {
            return new CountedStream(path, onFraction);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new HealthDataException(path, 0, $"cannot be opened: {error.Message}");
        }
    }
}
