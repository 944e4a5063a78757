using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using HpcVirt.Control.Guard;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Journal;
using HpcVirt.Control.Guard.Protocol;
using HpcVirt.Hypervisor.Rehearsal;
using HpcVirt.Predictor.Live;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>What stands around the protocol: lock, marks, the hypervisor as a source, the example of the manual.</summary>
[TestFixture]
[CancelAfter(60_000)]
internal sealed class GuardPartsTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-guard-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void One_leads_and_the_next_does_when_it_has_gone()
    {
        string file = Path.Combine(_folder, "lock");
        GuardLock? first = GuardLock.TryTake(file, "the first");
        Assert.That(first, Is.Not.Null);
        Assert.That(GuardLock.TryTake(file, "the second"), Is.Null);
        Assert.That(GuardLock.Holder(file), Is.EqualTo("the first"));
        first!.Dispose();
        using GuardLock? second = GuardLock.TryTake(file, "the second");
        Assert.That(second, Is.Not.Null);
        Assert.That(GuardLock.Holder(file), Is.EqualTo("the second"));
    }

    [Test]
    public void A_lock_that_cannot_be_made_is_an_error_and_not_another_guard() =>
        Assert.That(() => GuardLock.TryTake(Path.Combine(_folder, "nowhere", "lock"), "x"), Throws.InstanceOf<IOException>());

    [Test]
    public void Marks_are_set_once_read_and_taken_away()
    {
        string file = Path.Combine(_folder, "guests.json.drained");
        DateTimeOffset noon = DateTimeOffset.FromUnixTimeSeconds(Fleet.Noon);
        Assert.That(DrainMarks.Read(file), Is.Empty);
        Assert.That((DrainMarks.Add(file, "a", "new\nmemory", noon), DrainMarks.Add(file, "a", "again", noon), DrainMarks.Add(file, "ab", "", noon)), Is.EqualTo((true, false, true)));
        Assert.That(File.ReadAllLines(file), Is.EqualTo(new[] { "a 2023-11-14T22:13:20Z new memory", "ab 2023-11-14T22:13:20Z" }));
        Assert.That((DrainMarks.Remove(file, "a"), DrainMarks.Remove(file, "a")), Is.EqualTo((true, false)));
        Assert.That(DrainMarks.Read(file), Is.EqualTo(new[] { "ab" }));
    }

    [Test]
    public async Task Guests_that_vanish_are_events_and_a_host_without_its_guests_has_failed()
    {
        await using var backend = new RehearsalBackend(new RehearsalOptions { Guests = new Dictionary<string, string> { ["vm1"] = "a", ["vm2"] = "a", ["vm3"] = "b" }, Hosts = ["a", "b"] }, TimeProvider.System);
        var failed = new List<string>();
        using var turn = new BackendTurn();
        var source = new HypervisorSource(backend, turn, new Dictionary<string, string> { ["a"] = "n1", ["b"] = "n2" }, (host, kind) => failed.Add($"{host}: {kind}"));
        Assert.That(await source.AskAsync(1, default), Is.Empty, "the first look has nothing to compare with");
        backend.Lose("vm1");
        Assert.That((await source.AskAsync(2, default)).Cast<EventObservation>().Single(), Is.EqualTo(new EventObservation(2, "n1", "hypervisor", "guest-vanished", 1, "guest vm1")));
        Assert.That(failed, Is.Empty, "vm2 is still there");
        backend.Lose("vm2");
        Assert.That(await source.AskAsync(3, default), Has.Count.EqualTo(1));
        Assert.That(failed, Is.EqualTo(new[] { "a: its only guest has vanished" }), "of those that were left");
        Assert.That(await source.AskAsync(4, default), Is.Empty, "told once");
        backend.Lose("vm3");
        using (turn.TryTake()) Assert.That(await source.AskAsync(5, default), Is.Empty, "while a guest is moved nobody looks");
        Assert.That(await source.AskAsync(6, default), Has.Count.EqualTo(1), "and afterwards nothing was missed");
    }

    [Test]
    public async Task A_host_that_loses_all_of_its_guests_at_once_has_failed_and_one_whose_guests_were_moved_has_not()
    {
        await using var backend = new RehearsalBackend(
            new RehearsalOptions { Guests = new Dictionary<string, string> { ["vm1"] = "a", ["vm2"] = "a", ["vm3"] = "b" }, Hosts = ["a", "b"], MemoryBytes = 1 << 20, Downtime = TimeSpan.Zero }, TimeProvider.System);
        var failed = new List<string>();
        using var turn = new BackendTurn();
        var source = new HypervisorSource(backend, turn, new Dictionary<string, string>(), (host, kind) => failed.Add($"{host}: {kind}"));
        _ = await source.AskAsync(1, default);
        _ = await backend.MigrateAsync("vm3", new HpcVirt.Hypervisor.MigrationOptions { TargetHost = "a" });
        _ = await source.AskAsync(2, default);
        Assert.That(failed, Is.Empty, "b is empty, and has not failed");
        foreach (string guest in (string[])["vm1", "vm2", "vm3"]) backend.Lose(guest);
        _ = await source.AskAsync(3, default);
        Assert.That(failed, Is.EqualTo(new[] { "a: all of its 3 guests have vanished" }));
    }

    [Test]
    public void The_manuals_example_has_every_key_and_none_that_is_not_known()
    {
        string manual = File.ReadAllText(Path.Combine(Root(), "docs", "operating", "guard.md"));
        string example = Regex.Match(manual, @"(?s)```jsonc\n(.*?)```").Groups[1].Value;
        string file = Path.Combine(_folder, "guard.json");
        File.WriteAllText(file, example);
        ControlException error = Assert.Throws<ControlException>(() => GuardConfig.Load(file))!;
        string[] problems = [.. error.Message.Split('\n').Where(static line => line.StartsWith("  - ", StringComparison.Ordinal))];
        Assert.That(problems, Has.Length.EqualTo(3).And.All.Match("\"(guests|model|nodes)\": (there is no|.*cannot be read)"), "only the files it names are missing");
        foreach (string line in example.Split('\n').Where(static line => line.Contains("// \"", StringComparison.Ordinal)))
            Assert.That(Regex.Match(line, "// \"(\\w+)\":").Groups[1].Value, Is.AnyOf("job", "command"), "an alternative that is written as a remark");
    }

    [TestCase("migrationPerHour", "migrationsPerHour", 1)]
    [TestCase("reserve", "reserveHosts", 5)]
    [TestCase("", "abc", 3)]
    [TestCase("OPTOUT", "optOut", 0)]
    public void Words_are_as_far_apart_as_letters_must_change(string one, string other, int expected) =>
        Assert.That((ConfigSection.Distance(one, other), ConfigSection.Distance(other, one)), Is.EqualTo((expected, expected)));

    [Test]
    public void The_journal_is_taken_over_where_the_last_guard_left_it()
    {
        string file = Path.Combine(_folder, "journal");
        var policy = new PolicyOptions();
        (GuardJournal journal, _) = GuardJournal.Open(file, policy);
        journal.Append(new CaseOpened(Fleet.Noon, 1, "a", "n1", 0.5, Fleet.Noon + 3600, []));
        journal.Append(new MoveBegun(Fleet.Noon, 1, 1, "vm1", "a", "b", true));
        journal.Dispose();
        File.AppendAllText(file, "HVGUARD 1 3 99 01");
        (journal, GuardState state) = GuardJournal.Open(file, policy);
        Assert.That(state.Current, Is.EqualTo(new MoveStep(1, 1, Fleet.Noon, "vm1", "a", "b", true)));
        journal.Append(new MoveEnded(Fleet.Noon, 1, MoveEnding.Arrived, 1000, 20, 1 << 20, ""));
        journal.Dispose();
        state = GuardJournal.Read(file, policy);
        Assert.That((state.Current, state.Cases[1].Fates["vm1"], state.MovesAtS.Length), Is.EqualTo(((GuardStep?)null, GuestFate.Moved, 1)));
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HpcVirt.Mpi.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("HpcVirt.Mpi.sln stands in no folder above the tests; run them from the source tree.");
    }
}
