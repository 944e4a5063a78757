using System.IO;
using System.Linq;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Sources;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Sources;

internal sealed class ParserTests
{
    [Test]
    public void A_silent_bmc_gives_nothing() => Assert.That(Ipmi("holy2c092901"), Is.Empty);

    [Test]
    public void A_bad_battery_is_a_value_and_an_event()
    {
        Observation[] seen = Ipmi("holy7c20310");
        Assert.That(seen.OfType<SensorObservation>().First(static s => s.Sensor == "cmos_battery").Value, Is.EqualTo(1.98));
        EventObservation bad = seen.OfType<EventObservation>().First();
        Assert.That((bad.Kind, bad.Code), Is.EqualTo(("ipmi", "cmos_battery:cr")));
        Assert.That(bad.TimeS, Is.InRange(1748908800, 1748995200), "the time stands in the line before the sample");
    }

    [Test]
    public void No_reading_is_missing_and_a_discrete_state_is_its_number()
    {
        SensorObservation[] off = [.. Ipmi("lichtmandce03").OfType<SensorObservation>()];
        Assert.That(off.First(static s => s.Sensor == "progress").Value, Is.NaN, "Not Readable | ns");
        SensorObservation[] states = [.. Ipmi("holygpu2c0923").OfType<SensorObservation>()];
        Assert.That(states.First(static s => s.Sensor == "pci_system_err").Value, Is.EqualTo(0x9a));
    }

    [Test]
    public void The_comma_form_is_read_and_a_line_cut_short_is_not()
    {
        Observation[] seen = [.. IpmiSdr.Parse(new StringReader("FAN1,5400,RPM,ok\nCPU Temp,85,degrees C,nc\nVcore,1.0"), "a", 60)];
        Assert.That(seen.OfType<SensorObservation>().Select(static s => (s.Sensor, s.Value)), Is.EqualTo(new[] { ("fan1", 5400.0), ("cpu_temp", 85) }));
        Assert.That(seen.OfType<EventObservation>().Single().Code, Is.EqualTo("cpu_temp:nc"));
    }

    [Test]
    public void The_system_event_log_is_read_with_and_without_bars()
    {
        const string Text = """
               1 | 04/05/2024 | 10:11:12 | Memory #0x53 | Correctable ECC | Asserted
               2 | Pre-Init  |0000000123| Fan #0x30 | Lower Critical going low  | Asserted
            3,04/05/2024,10:12:12,Fan FAN2,Lower Critical going low,Deasserted
            """;
        EventObservation[] seen = [.. IpmiSel.Parse(new StringReader(Text), "a").Cast<EventObservation>()];
        Assert.That(seen.Select(static e => (e.TimeS, e.Kind, e.Code)), Is.EqualTo(new[] { (1712311872L, "sel", "memory:correctable_ecc"), (1712311932L, "sel-cleared", "fan_fan2:lower_critical_going_low") }));
    }

    [TestCase("EDAC MC0: 3 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0)", "edac_ce")]
    [TestCase("EDAC MC1: 1 UE memory scrubbing error on DIMM_B2", "edac_ue")]
    [TestCase("EDAC MC: Ver: 3.0.0", null)]
    [TestCase("NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, GPU has fallen off the bus.", "xid_79")]
    [TestCase("{1}[Hardware Error]: event severity: corrected", "apei_corrected")]
    [TestCase("{2}[Hardware Error]: event severity: fatal", "apei_fatal")]
    [TestCase("pcieport 0000:00:1c.0: AER: Corrected error received: 0000:00:1c.0", "aer_corrected")]
    [TestCase("pcieport 0000:00:1c.0: AER: Uncorrected (Fatal) error received: 0000:00:1c.0", "aer_uncorrected")]
    [TestCase("mce: [Hardware Error]: Machine check events logged", "mce")]
    [TestCase("blk_update_request: I/O error, dev sda, sector 12345", "io_error")]
    [TestCase("CPU3: Core temperature above threshold, cpu clock throttled (total events = 5)", "throttled")]
    [TestCase("usb 1-1: new high-speed USB device", null)]
    public void The_kernels_troubles_are_known(string message, string? code) => Assert.That(KernelLog.CodeOf(message), Is.EqualTo(code));

    [Test]
    public void The_kernels_messages_are_read_from_journal_kmsg_and_dmesg()
    {
        const string Text = """
            {"__REALTIME_TIMESTAMP":"1712311872000000","MESSAGE":"EDAC MC0: 17 CE memory read error on DIMM_A1","__CURSOR":"s=1"}
            {"__REALTIME_TIMESTAMP":"1712311873000000","MESSAGE":[69,68]}
            6,1234,5000000,-;EDAC MC0: 2 CE memory read error on DIMM_A1
            [   12.345678] blk_update_request: I/O error, dev sda, sector 1
            {broken
            """;
        EventObservation[] seen = [.. KernelLog.Parse(new StringReader(Text), "a", bootS: 1000).Cast<EventObservation>()];
        Assert.That(seen.Select(static e => (e.TimeS, e.Code, e.Count)), Is.EqualTo(new[] { (1712311872L, "edac_ce", 17.0), (1005, "edac_ce", 2), (1012, "io_error", 1) }));
    }

    [Test]
    public void Smartctls_exit_status_is_a_mask_and_a_sleeping_disk_says_nothing()
    {
        const string Awake = """
            {"smartctl":{"exit_status":72},"local_time":{"time_t":1712311872},"temperature":{"current":41},"power_on_time":{"hours":20000},
             "ata_smart_attributes":{"table":[{"id":5,"raw":{"value":8}},{"id":197,"raw":{"value":3}}]}}
            """;
        var seen = SmartctlJson.Parse(Awake, "a", "sda", 0);
        Assert.That(seen.OfType<SensorObservation>().Select(static s => (s.Sensor, s.Value)), Is.EqualTo(new[] { ("sda_temperature_c", 41.0), ("sda_power_on_hours", 20000), ("sda_smart_5_raw", 8), ("sda_smart_197_raw", 3) }));
        Assert.That(seen.OfType<EventObservation>().Select(static e => e.Code), Is.EqualTo(new[] { "failing", "error_log" }));
        Assert.That(SmartctlJson.Parse("""{"smartctl":{"exit_status":2}}""", "a", "sda", 0), Is.Empty);
        Assert.That(() => SmartctlJson.Parse("<html>", "a", "sda", 0), Throws.TypeOf<PredictorException>().With.Message.Contains("smartctl"));
    }

    [Test]
    public void The_prometheus_text_format_is_read()
    {
        const string Text = """
            # HELP node_edac_correctable_errors_total Total correctable memory errors.
            # TYPE node_edac_correctable_errors_total counter
            node_edac_correctable_errors_total{controller="0",instance="n1:9100"} 12
            node_hwmon_temp_celsius{chip="platform_coretemp_0",sensor="temp1"} 41.5 1712311872000
            up 1
            odd{label="a\"b\\c"} NaN
            no number here
            unclosed{label="x 5
            """;
        SensorObservation[] seen = [.. PrometheusText.Parse(new StringReader(Text), "me", 60)];
        Assert.That(seen.Select(static s => $"{s.Node} {s.TimeS} {s.Sensor} {s.Value}"), Is.EqualTo(new[]
        {
            "n1 60 node_edac_correctable_errors_total_0 12",
            "me 1712311872 node_hwmon_temp_celsius_platform_coretemp_0_temp1 41.5",
            "me 60 up 1",
            "me 60 odd_a_b_c NaN",
        }));
    }

    [Test]
    public void Blue_genes_log_is_read_whole()
    {
        using StreamReader text = File.OpenText(Path.Combine(SharedData.Require("fixtures"), "logs", "bgl_2k.log"));
        EventObservation[] seen = [.. RasLog.ParseBlueGene(text)];
        Assert.That(seen, Has.Length.EqualTo(2000));
        Assert.That(seen.Count(static e => e.Code == "KERNDTLB"), Is.EqualTo(60));
        Assert.That(seen.Count(static e => e.Kind == "ras_fatal"), Is.EqualTo(240 + 107));
        Assert.That(seen[0], Is.EqualTo(new EventObservation(1117838570, "R02-M1-N0-C:J12-U11", "ras_info", "", 1, "instruction cache parity error corrected")));
    }

    [Test]
    public void Thunderbirds_log_is_read_whole_and_its_templates_are_few()
    {
        using StreamReader text = File.OpenText(Path.Combine(SharedData.Require("fixtures"), "logs", "thunderbird_2k.log"));
        EventObservation[] seen = [.. RasLog.ParseThunderbird(text)];
        Assert.That(seen, Has.Length.EqualTo(2000));
        var miner = new TemplateMiner();
        foreach (EventObservation happened in seen) miner.Learn(happened.Message);
        Assert.That(miner.Count, Is.InRange(50, 400));
        var matcher = new TemplateMatcher(miner.Templates(2000, 1));
        Assert.That(seen.Count(e => matcher.Match(e.Message) is not null), Is.GreaterThan(1950), "what was mined is found again");
    }

    [Test]
    public void Templates_keep_what_is_fixed_and_open_what_changes()
    {
        var miner = new TemplateMiner();
        foreach (string user in (string[])["alice", "bob", "carol"]) miner.Learn($"session opened for user {user} by uid 0");
        string template = miner.Templates(10, 1).Single();
        Assert.That(template, Is.EqualTo("session opened for user <*> by uid <*>"));
        var matcher = new TemplateMatcher([template]);
        Assert.That(matcher.Match("session opened for user dave by uid 1000"), Is.EqualTo(template));
        Assert.That(matcher.Match("session closed for user dave by uid 1000"), Is.Null);
    }

    private static Observation[] Ipmi(string node)
    {
        using StreamReader text = File.OpenText(Path.Combine(TestContext.CurrentContext.TestDirectory, "Fixtures", "ipmi-sdr", $"{node}-2025-06-03.txt"));
        return [.. IpmiSdr.Parse(text, node, 0)];
    }
}
