using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using HpcVirt.Predictor.Data;
using HpcVirt.Predictor.Live;
using Microsoft.Data.Sqlite;

namespace HpcVirt.Predictor.Sources;

/// <summary>
/// Reads rasdaemon's database, read-only, from a row on. Tables come into being when their first event does: which there are is looked up each time.
/// </summary>
public sealed class RasdaemonDatabase(string path, string node)
{
    private const int RowsMax = 100_000;
    private const string CorrectedSeverity = "Corrected";

    private readonly Dictionary<string, long> _lastIds = [];

    /// <summary>The events since the last call.</summary>
    public IReadOnlyList<EventObservation> ReadFurther()
    {
        var seen = new List<EventObservation>();
        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
            connection.Open();
            HashSet<string> tables = TablesOf(connection);
            Read(connection, tables, "mc_event", seen, static row => (row.GetString(1).StartsWith(CorrectedSeverity, StringComparison.Ordinal) ? "edac_ce" : "edac_ue", Count(row, 2), Text(row, 3)));
            Read(connection, tables, "mce_record", seen, static row => ("mce", 1, Text(row, 1)));
            Read(connection, tables, "aer_event", seen, static row => (row.GetString(1).Contains(CorrectedSeverity, StringComparison.Ordinal) && !row.GetString(1).StartsWith("Un", StringComparison.Ordinal) ? "aer_corrected" : "aer_uncorrected", 1, Text(row, 2)));
            Read(connection, tables, "extlog_event", seen, static row => ("extlog", 1, Text(row, 1)));
            Read(connection, tables, "disk_errors", seen, static row => ("io_error", 1, Text(row, 2)));
        }
        catch (SqliteException error)
        {
            throw new PredictorException($"{path} cannot be read as rasdaemon's database ({error.Message}); check the path and that it may be read.", error);
        }

        seen.Sort(static (a, b) => a.TimeS.CompareTo(b.TimeS));
        return seen;
    }

    private static HashSet<string> TablesOf(SqliteConnection connection)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE type = 'table'";
        using SqliteDataReader rows = command.ExecuteReader();
        var tables = new HashSet<string>();
        while (rows.Read()) tables.Add(rows.GetString(0));
        return tables;
    }

    private static double Count(SqliteDataReader row, int column) => row.IsDBNull(column) ? 1 : Math.Max(1, row.GetInt64(column));

    private static string Text(SqliteDataReader row, int column) => row.IsDBNull(column) ? "" : Convert.ToString(row.GetValue(column), CultureInfo.InvariantCulture) ?? "";

    [SuppressMessage("Security", "CA2100", Justification = "The texts are constants; what varies is a parameter.")]
    private void Read(SqliteConnection connection, HashSet<string> tables, string table, List<EventObservation> seen, Func<SqliteDataReader, (string Code, double Count, string Message)> read)
    {
        if (!tables.Contains(table)) return;
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = table switch
        {
            "mc_event" => "SELECT timestamp, err_type, err_count, label, id FROM mc_event WHERE id > $after ORDER BY id LIMIT $most",
            "mce_record" => "SELECT timestamp, error_msg, id FROM mce_record WHERE id > $after ORDER BY id LIMIT $most",
            "aer_event" => "SELECT timestamp, err_type, err_msg, id FROM aer_event WHERE id > $after ORDER BY id LIMIT $most",
            "extlog_event" => "SELECT timestamp, severity, id FROM extlog_event WHERE id > $after ORDER BY id LIMIT $most",
            _ => "SELECT timestamp, dev, error, id FROM disk_errors WHERE id > $after ORDER BY id LIMIT $most",
        };
        command.Parameters.AddWithValue("$after", _lastIds.GetValueOrDefault(table));
        command.Parameters.AddWithValue("$most", RowsMax);
        using SqliteDataReader rows = command.ExecuteReader();
        while (rows.Read())
        {
            _lastIds[table] = rows.GetInt64(rows.FieldCount - 1);
            // "2024-05-01 12:00:00 +0200"
            if (!TimeText.TryParse(Text(rows, 0), TimeZoneInfo.Utc, out long timeS)) continue;
            (string code, double count, string message) = read(rows);
            seen.Add(new EventObservation(timeS, node, KernelLog.Kind, code, count, message));
        }
    }
}
