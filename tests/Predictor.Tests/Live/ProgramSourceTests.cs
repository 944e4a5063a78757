using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.Versioning;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Predictor.Live;
using HpcVirt.Predictor.Live.Sources;
using HpcVirt.Predictor.Tests.Doubles;
using NUnit.Framework;

namespace HpcVirt.Predictor.Tests.Live;

/// <summary>Sources that run a program: the programs here are scripts that say what real ones said.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ProgramSourceTests
{
    [Test]
    public async Task The_management_controller_is_asked_through_its_program_and_old_log_entries_are_not_told_again()
    {
        using var scratch = new Scratch();
        string tool = Program(scratch, "ipmitool", """
            if [ "$1" = sdr ]; then echo "CPU Temp | 45 degrees C | ok"; echo "FAN 2 | no reading | ns"; exit 0; fi
            echo "1 | 01/02/2024 | 03:04:05 | Memory #0x01 | Correctable ECC | Asserted"
            if [ -e "$0.later" ]; then echo "2 | 01/02/2024 | 03:14:05 | Memory #0x01 | Uncorrectable ECC | Asserted"; fi
            """);
        var source = new IpmiSource("n1", tool);
        const long nowS = 1704166200; // 2024-01-02T03:30:00Z
        IReadOnlyList<Observation> first = await source.AskAsync(nowS, CancellationToken.None);
        Assert.That(first.OfType<SensorObservation>().Select(static s => (s.Sensor, s.Value)), Is.EqualTo(new[] { ("cpu_temp", 45.0), ("fan_2", double.NaN) }));
        Assert.That(first.OfType<EventObservation>().Select(static e => e.Code), Is.EqualTo(new[] { "memory:correctable_ecc" }));
        File.WriteAllText(tool + ".later", "");
        Assert.That((await source.AskAsync(nowS + 30, CancellationToken.None)).OfType<EventObservation>().Select(static e => e.Code), Is.EqualTo(new[] { "memory:uncorrectable_ecc" }));
        Assert.That((await source.AskAsync(nowS + 60, CancellationToken.None)).OfType<EventObservation>(), Is.Empty);
    }

    [Test]
    public async Task A_disk_is_asked_through_its_program_and_a_failing_one_says_so_by_its_exit_code()
    {
        using var scratch = new Scratch();
        string tool = Program(scratch, "smartctl", """
            echo '{"smartctl":{"exit_status":8},"temperature":{"current":41},"power_on_time":{"hours":123}}'
            exit 8
            """);
        IReadOnlyList<Observation> seen = await new SmartctlSource("n1", "/dev/sdz", tool).AskAsync(1000, CancellationToken.None);
        Assert.That(seen.OfType<SensorObservation>().Select(static s => (s.Sensor, s.Value)), Is.EqualTo(new[] { ("sdz_temperature_c", 41.0), ("sdz_power_on_hours", 123.0) }));
        Assert.That(seen.OfType<EventObservation>().Single().Code, Is.EqualTo("failing"));
    }

    [Test]
    public void A_program_that_is_not_there_or_says_nothing_is_named()
    {
        using var scratch = new Scratch();
        Assert.That(() => new IpmiSource("n1", scratch.File("nothing")).AskAsync(0, CancellationToken.None), Throws.TypeOf<PredictorException>().With.Message.Contains("install it"));
        string mute = Program(scratch, "mute", "echo 'no such device' >&2\nexit 1");
        Assert.That(() => new SmartctlSource("n1", "/dev/sdz", mute).AskAsync(0, CancellationToken.None), Throws.TypeOf<PredictorException>().With.Message.Contains("no such device"));
    }

    private static string Program(Scratch scratch, string name, string script)
    {
        string path = scratch.File(name);
        File.WriteAllText(path, "#!/bin/sh\n" + script + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
