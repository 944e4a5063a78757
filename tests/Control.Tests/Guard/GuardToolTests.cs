using System;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using HpcVirt.Control.Tests.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Guard;

/// <summary>
/// <c>hpcvirt guard</c> as people run it: a simulated fleet is played to it, and the hypervisor is the rehearsal, which keeps where guests are in a file, as a real one would. Host a is
/// a node that alarms and then fails.
/// </summary>
[TestFixture]
[CancelAfter(300_000)]
internal sealed partial class GuardToolTests
{
    private const int SigKill = 9;

    private string _folder = "";
    private string _sick = "";
    private string[] _healthy = [];
    private DateTimeOffset _alertedAt;

    [OneTimeSetUp]
    public void TrainOnce()
    {
        _folder = Directory.CreateTempSubdirectory("hpcvirt-guard-").FullName;
        _ = Ends(0, "predict simulate fleet --nodes 40 --span 80d --interval 1h --seed 3");
        _ = Ends(0, "predict train fleet --horizon 24h --lead 15m --period train --engine managed --search 1 --rows 8000 --seed 3 --out model.hpcm");
        string watched = Ends(0, "predict watch --model model.hpcm --source replay:fleet --from 2024-02-20T00:00:00Z");
        (DateTimeOffset At, string Node)[] alerts =
        [
            .. Regex.Matches(watched, @"^(\S+) (n\d+) ALERT", RegexOptions.Multiline)
                .Select(static match => (DateTimeOffset.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match.Groups[2].Value)),
        ];
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(_folder, "fleet", "failures.csv.gz")), CompressionMode.Decompress));
        (DateTimeOffset At, string Node)[] failures =
            [.. reader.ReadToEnd().Split('\n').Skip(1).Where(static line => line.Length > 0).Select(static line => line.Split(',')).Select(static cells => (DateTimeOffset.Parse(cells[0], CultureInfo.InvariantCulture), cells[1]))];
        (_alertedAt, _sick) = alerts.First(alert => failures.Any(failure => failure.Node == alert.Node && failure.At > alert.At && failure.At < alert.At.AddHours(20)));
        // A node that neither alarms nor fails in the days around.
        _healthy = [.. Enumerable.Range(1, 40).Select(static i => $"n{i:D4}").Where(node => !alerts.Concat(failures).Any(one => one.Node == node && (one.At - _alertedAt).Duration() < TimeSpan.FromDays(4))).Take(2)];
    }

    [OneTimeTearDown]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [SetUp]
    public void BeginAnew()
    {
        foreach (string file in (string[])["places.json", "guests.json.drained", "saves", "order"]) File.Delete(Path.Combine(_folder, file));
        if (Directory.Exists(Path.Combine(_folder, "state"))) Directory.Delete(Path.Combine(_folder, "state"), recursive: true);
        Describe(mibPerSecond: 8192);
        Configure();
    }

    [Test]
    public void A_sick_host_is_left_before_it_fails_and_the_log_reads_like_a_story()
    {
        _ = Ends(0, "guard --config guard.json");
        Assert.That(Places(), Does.Not.Contain("@a"), "vm1 and vm3 were there");
        string story = File.ReadAllText(Path.Combine(_folder, "state", "audit.log"));
        Assert.That(story, Does.Match(
            @$"(?s)case 1: ALERT on host a \(node {_sick}\): risk [0-9.]+ % within 24 h, because .*"
            + @"case 1: step \d+: moving vm1 from a to [bc]: [bc] has a risk of [0-9.]+ %.*case 1: step \d+: vm1 is on [bc] in .*"
            + @"case 1: step \d+: vm3 is on [bc] in .*case 1: 2 guest\(s\) moved from host a; what becomes of it is watched for 24 h.*"
            + @"case 1: host a failed \(\w+\), .* after the alert.*case 1: outcome: the host failed; the alarm was right"));
        Assert.That(Ends(0, "guard outcomes --config guard.json"), Does.Contain("1 right, 0 false, 0 open").And.Contain("precision 100.0 %"));
        using JsonDocument json = JsonDocument.Parse(Ends(0, "guard outcomes --json --config guard.json"));
        Assert.That(json.RootElement.GetProperty("alarms")[0].GetProperty("movedGuests").GetInt32(), Is.EqualTo(2));
    }

    [Test]
    public void A_dry_run_says_what_would_be_done_and_leaves_nothing()
    {
        Assert.That(Ends(0, "guard --config guard.json --dry-run"), Does.Match("would move vm1 from a to [bc]").And.Match("would move vm3 from a to [bc]"));
        Assert.That(Directory.Exists(Path.Combine(_folder, "state")), Is.False);
        Assert.That(Places(), Is.EqualTo("vm1@a vm2@b vm3@a"));
    }

    [Test]
    public void A_guard_that_is_killed_in_the_middle_of_a_move_asks_what_became_of_it_and_moves_nothing_twice()
    {
        Describe(mibPerSecond: 64);
        using (ToolRun killed = Start("guard --config guard.json"))
        {
            killed.AwaitOut("moving vm1 from a to ");
            killed.Signal(SigKill);
            _ = killed.Wait();
        }

        Assert.That(Places(), Is.EqualTo("vm1@a vm2@b vm3@a"), "nothing has moved yet");
        Describe(mibPerSecond: 8192);
        string story = Ends(0, "guard --config guard.json");
        Assert.That(story, Does.Contain("the guard was ended during step").And.Match("vm1 was not moved to [bc], and works on on a: the move was broken off"));
        Assert.That(Places(), Does.Not.Contain("@a"));
        string journal = File.ReadAllText(Path.Combine(_folder, "state", "journal"));
        Assert.That(Regex.Count(journal, "\"case-opened\""), Is.EqualTo(1), "the alert that is played again is the same alert");
        Assert.That(Regex.Count(journal, "\"ending\":\"arrived\""), Is.EqualTo(2), "vm1 and vm3, once each");
    }

    [Test]
    public void Of_two_guards_one_leads_and_the_other_takes_over_when_it_dies()
    {
        Describe(mibPerSecond: 64);
        using ToolRun first = Start("guard --config guard.json");
        first.AwaitOut("moving vm1");
        Assert.That(Fails("guard --config guard.json", ExitCode.RequestRefused), Does.Contain("Another guard leads: process").And.Contain("--standby"));
        using ToolRun second = Start("guard --config guard.json --standby");
        second.AwaitOut("standing by");
        Describe(mibPerSecond: 8192);
        first.Signal(SigKill);
        _ = first.Wait();
        Assert.That(second.Wait(), Is.Zero, second.Error);
        Assert.That(second.Out, Does.Contain("the guard was ended during step").And.Contain("outcome: the host failed"));
        Assert.That(Regex.Count(File.ReadAllText(Path.Combine(_folder, "state", "journal")), "\"ending\":\"arrived\""), Is.EqualTo(2));
    }

    [Test]
    public void Told_to_end_it_gives_the_move_up_and_writes_that_down()
    {
        Describe(mibPerSecond: 64);
        Configure(""", "move": { "silence": "echo silent >> order", "release": "echo released >> order" }""");
        using ToolRun run = Start("guard --config guard.json");
        run.AwaitOut("moving vm1");
        run.Signal(15);
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Out, Does.Match("vm1 was not moved to [bc]").And.Contain("told to end"));
        Assert.That(File.Exists(Path.Combine(_folder, "order")), Is.False, "who was not silenced is not released");
        Assert.That(File.ReadAllText(Path.Combine(_folder, "state", "journal")), Does.Contain("\"move-ended\"").And.Contain("\"broken-off\""));
    }

    [Test]
    public void Told_to_end_while_the_job_is_being_silenced_it_releases_it()
    {
        Configure(""", "move": { "silence": "echo silent >> order; sleep 60", "release": "echo released >> order" }""");
        using ToolRun run = Start("guard --config guard.json");
        string order = Path.Combine(_folder, "order");
        run.Await(() => File.Exists(order) && File.ReadAllText(order).EndsWith('\n'), "the silencing");
        run.Signal(15);
        Assert.That(run.Wait(), Is.Zero, run.Error);
        Assert.That(run.Out, Does.Match("vm1 was not moved to [bc]").And.Contain("told to end"));
        Assert.That(File.ReadAllLines(order), Is.EqualTo(new[] { "silent", "released" }));
    }

    [Test]
    public void A_job_is_silenced_and_released_around_each_move()
    {
        Configure(""", "move": { "silence": "echo silent >> order", "release": "echo released >> order" }""");
        _ = Ends(0, "guard --config guard.json");
        Assert.That(File.ReadAllLines(Path.Combine(_folder, "order")), Is.EqualTo(new[] { "silent", "released", "silent", "released" }));
    }

    [Test]
    public void With_nowhere_to_go_a_checkpoint_is_made_and_a_drained_host_is_left_alone()
    {
        _ = Ends(0, "vm drain b --guests guests.json --backend rehearsal --reason memory");
        Assert.That(Places(), Does.Contain("vm2@c"), "the drain has emptied it");
        _ = Ends(0, "vm drain c --guests guests.json --backend rehearsal", mayFail: true);
        Configure(""", "checkpoint": { "command": "echo saved >> saves", "intervalMin": "30d", "intervalMax": "60d" }""");
        string before = Places(), story = Ends(0, "guard --config guard.json");
        Assert.That(Places(), Is.EqualTo(before));
        Assert.That(story, Does.Contain("a checkpoint: no host can take vm1 (b: drained by an administrator; c: drained by an administrator)").And.Contain("waiting: no host can take vm1"));
        Assert.That(File.ReadAllLines(Path.Combine(_folder, "saves")), Has.Length.InRange(1, 2));
    }

    [Test]
    public void What_an_administrator_found_counts()
    {
        _ = Ends(0, "guard --config guard.json");
        _ = Ends(0, "guard checked a healthy --by anna --config guard.json");
        Assert.That(Ends(0, "guard outcomes --config guard.json"), Does.Contain("checked: healthy").And.Contain("precision 0.0 %"), "words count before a guard has taken them in");
        _ = Ends(0, "guard --config guard.json");
        Assert.That(Directory.GetFiles(Path.Combine(_folder, "state", "words")), Is.Empty, "taken in");
        Assert.That(File.ReadAllText(Path.Combine(_folder, "state", "audit.log")), Does.Contain("anna has checked host a: healthy"));
        Assert.That(Fails("guard checked nobody faulty --config guard.json", ExitCode.Usage), Does.Contain("a, b, c"));
        Assert.That(Fails("guard checked a perhaps --config guard.json", ExitCode.Usage), Does.Contain("healthy or faulty"));
    }

    [Test]
    public void Everything_that_is_wrong_with_a_configuration_is_told_in_one_go()
    {
        Configure(""", "polici": {}, "policy": { "migrationPerHour": 2, "optOut": ["vm9"], "lead": "soon" }, "move": { "silence": "x", "mode": "slow" } """);
        string said = Fails("guard --config guard.json --check", ExitCode.BadInput);
        Assert.That(said, Does.Contain("6 thing(s)").And.Contain("\"polici\" is not known; did you mean \"policy\"?").And.Contain("did you mean \"migrationsPerHour\"?").And.Contain("guest 'vm9'")
            .And.Contain("\"policy.lead\" is \"soon\"").And.Contain("one of silence and release").And.Contain("precopy or postcopy"));
        Configure();
        Assert.That(Ends(0, "guard --config guard.json --check"), Does.Contain("is right: 3 hosts under rehearsal"));
        Assert.That(Directory.Exists(Path.Combine(_folder, "state")), Is.False, "a check leaves nothing");
    }

    [Test]
    public void A_damaged_journal_is_refused_and_nothing_is_done()
    {
        _ = Ends(0, "guard --config guard.json");
        string file = Path.Combine(_folder, "state", "journal");
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.That(Fails("guard --config guard.json", ExitCode.BadInput), Does.Contain("is damaged"));
        Assert.That(Fails("guard outcomes --config guard.json", ExitCode.BadInput), Does.Contain("is damaged"));
    }

    [Test]
    public void Guests_are_spread_by_a_plan_that_can_be_seen_first()
    {
        Assert.That(Ends(0, "rebalance --guests guests.json --backend rehearsal --dry-run"), Does.Contain("nothing is to be moved").Or.Contain("would move"));
        _ = Ends(0, "vm migrate vm2 a --guests guests.json --backend rehearsal");
        Assert.That(Ends(0, "rebalance --guests guests.json --backend rehearsal --dry-run"), Does.Contain("would move vm1 from a to b: a holds 3 guests, b 0"));
        Assert.That(Places(), Is.EqualTo("vm1@a vm2@a vm3@a"), "a dry run");
        _ = Ends(0, "vm rebalance --config guard.json");
        Assert.That(Places().Split(' ').Select(static one => one[^1]).Distinct().Count(), Is.EqualTo(3), "one on each host: " + Places());
        Assert.That(Ends(0, "vm undrain a --guests guests.json --backend rehearsal"), Does.Contain("was not drained"));
    }

    [Test]
    public void A_guest_moves_only_where_its_processors_features_are()
    {
        Describe(8192, cpuOfA: "[\"sse4.2\", \"avx2\"]", cpuOfB: "[\"sse4.2\"]");
        Assert.That(Fails("vm migrate vm1 b --guests guests.json --backend rehearsal", ExitCode.HypervisorFailed), Does.Contain("cannot work on host b: its processor lacks avx2"));
        Assert.That(Ends(0, "guard --config guard.json"), Does.Contain("moving vm1 from a to c").And.Contain("not b: its processor lacks avx2"));
    }

    private void Describe(int mibPerSecond, string? cpuOfA = null, string? cpuOfB = null)
    {
        static string Cpu(string? cpu) => cpu is null ? "" : $", \"cpu\": {cpu}";
        string file = Path.Combine(_folder, "guests.json");
        File.WriteAllText(file + ".part", $$"""
            { "sockets": "{guest}@{host}", "start": ["true"],
              "hosts": [{ "name": "a", "address": "1"{{Cpu(cpuOfA)}} }, { "name": "b", "address": "2"{{Cpu(cpuOfB)}} }, { "name": "c", "address": "3"{{Cpu(cpuOfA)}} }],
              "guests": [{ "name": "vm1" }, { "name": "vm2" }, { "name": "vm3" }],
              "rehearsal": { "state": "places.json", "mibPerSecond": {{mibPerSecond}} } }
            """);
        File.Move(file + ".part", file, overwrite: true);
        File.WriteAllText(Path.Combine(_folder, "places.json"), """{ "vm1": { "host": "a", "condition": "Running" }, "vm2": { "host": "b", "condition": "Running" }, "vm3": { "host": "a", "condition": "Running" } }""");
    }

    private void Configure(string more = "") => File.WriteAllText(Path.Combine(_folder, "guard.json"), $$"""
        { "guests": "guests.json", "backend": "rehearsal", "model": "model.hpcm", "state": "state", "sources": ["replay:fleet"],
          "replay": { "from": "{{_alertedAt.AddHours(-30):yyyy-MM-dd'T'HH:mm:ss'Z'}}", "to": "{{_alertedAt.AddHours(30):yyyy-MM-dd'T'HH:mm:ss'Z'}}" },
          "hosts": { "a": "{{_sick}}", "b": "{{_healthy[0]}}", "c": "{{_healthy[1]}}" }{{(more.Contains("\"policy\"", StringComparison.Ordinal) ? "" : ", \"policy\": { \"moveCost\": \"1s\" }")}}{{more}} }
        """);

    private string Places()
    {
        string file = Path.Combine(_folder, "places.json");
        if (!File.Exists(file)) return "";
        using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(file));
        return string.Join(' ', json.RootElement.EnumerateObject().Select(static one => $"{one.Name}@{one.Value.GetProperty("host").GetString()}").Order());
    }

    private ToolRun Start(string line) => ToolRun.Start(_folder, line.Split(' '), static environment =>
    {
        environment.Remove("HPCVIRT_GUESTS");
        environment.Remove("HPCVIRT_PLUGINS");
    });

    private string Ends(int code, string line, bool mayFail = false)
    {
        using ToolRun run = Start(line);
        int ended = run.Wait();
        if (!mayFail) Assert.That(ended, Is.EqualTo(code), run.Out + run.Error);
        return run.Out;
    }

    private string Fails(string line, ExitCode code)
    {
        using ToolRun run = Start(line);
        Assert.That((run.Wait(), run.Error), Is.EqualTo(((int)code, run.Error)));
        Assert.That(run.Error, Does.Not.Contain("   at "), "a stack trace is no answer");
        return run.Error;
    }
}
