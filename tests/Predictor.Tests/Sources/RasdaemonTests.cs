using System.Linq;
using HpcVirt.Predictor.Sources;
using HpcVirt.Predictor.Tests.Doubles;
using Microsoft.Data.Sqlite;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Sources;

internal sealed class RasdaemonTests
{
    [Test]
    public void Events_are_read_once_and_tables_that_come_later_are_found()
    {
        using var scratch = new Scratch();
        string path = scratch.File("ras.db");
        Run(path, "CREATE TABLE mc_event (id INTEGER PRIMARY KEY, timestamp TEXT, err_count INTEGER, err_type TEXT, err_msg TEXT, label TEXT)");
        Run(path, "INSERT INTO mc_event (timestamp, err_count, err_type, label) VALUES ('2024-04-05 12:11:12 +0200', 4, 'Corrected', 'DIMM_A1'), ('2024-04-05 12:11:13 +0200', 1, 'Uncorrected', 'DIMM_A1')");
        var database = new RasdaemonDatabase(path, "n1");
        Assert.That(database.ReadFurther().Select(static e => (e.TimeS, e.Code, e.Count, e.Message)), Is.EqualTo(new[] { (1712311872L, "edac_ce", 4.0, "DIMM_A1"), (1712311873, "edac_ue", 1, "DIMM_A1") }));
        Assert.That(database.ReadFurther(), Is.Empty);

        Run(path, "CREATE TABLE aer_event (id INTEGER PRIMARY KEY, timestamp TEXT, dev_name TEXT, err_type TEXT, err_msg TEXT)");
        Run(path, "INSERT INTO aer_event (timestamp, err_type, err_msg) VALUES ('2024-04-05 12:12:12 +0200', 'Corrected', 'Bad TLP'), ('2024-04-05 12:12:13 +0200', 'Uncorrected (Fatal)', 'Surprise Down')");
        Assert.That(database.ReadFurther().Select(static e => e.Code), Is.EqualTo(new[] { "aer_corrected", "aer_uncorrected" }));
    }

    [Test]
    public void What_is_no_database_is_refused_by_its_path()
    {
        using var scratch = new Scratch();
        string path = scratch.Write("ras.db", new string('x', 4096));
        Assert.That(() => new RasdaemonDatabase(path, "n1").ReadFurther(), Throws.TypeOf<PredictorException>().With.Message.Contains(path));
        Assert.That(() => new RasdaemonDatabase(scratch.File("absent.db"), "n1").ReadFurther(), Throws.TypeOf<PredictorException>());
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA2100", Justification = "The texts are constants of this test.")]
    private static void Run(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        _ = command.ExecuteNonQuery();
    }
}
