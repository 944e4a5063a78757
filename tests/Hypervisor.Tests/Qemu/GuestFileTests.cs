using System.IO;
using System.Text;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Qemu;

/// <summary>A file of hosts and guests, and each way in which it can be wrong.</summary>
[TestFixture]
public sealed class GuestFileTests
{
    private const string Good = """
        { "sockets": "run/{guest}@{host}.qmp", "start": ["start", "{guest}", "on-{host}"], "hosts": [{ "name": "a", "address": "10.0.0.1" }], "guests": [{ "name": "vm1" }] }
        """;

    [Test]
    public void Words_are_filled_in_and_relative_sockets_are_beside_the_file()
    {
        GuestFile file = Parse(Good);
        Assert.That(file.SocketOf("vm1", "a"), Is.EqualTo("/somewhere/run/vm1@a.qmp"));
        Assert.That(file.StartOf("vm1", "a"), Is.EqualTo(new[] { "start", "vm1", "on-a" }));
        Assert.That(file.Hosts["a"], Is.EqualTo("10.0.0.1"));
    }

    [Test]
    public void Room_and_processors_are_read_and_a_guest_is_refused_where_its_own_is_missing()
    {
        GuestFile file = Parse("""
            { "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1", "cpu": "x86-64-v3", "memoryMiB": 2048, "guestsMax": 3 }, { "name": "b", "address": "2", "cpu": ["sse4.2"] }, { "name": "c", "address": "3" }],
              "guests": [{ "name": "vm1" }, { "name": "vm2", "cpu": "x86-64-v1" }], "rehearsal": { "state": "places.json", "mibPerSecond": 64 } }
            """);
        Assert.That(file.HostList[0], Is.EqualTo(new HypervisorHost("a") { Cpu = CpuFeatures.OfModel("x86-64-v3"), MemoryBytes = 2048L << 20, GuestsMax = 3 }));
        Assert.That((file.RehearsalState, file.RehearsalMibPerSecond), Is.EqualTo(("/somewhere/places.json", 64)));
        Assert.That(() => file.RequireCpu("vm1", "a", "b"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("guest vm1 cannot work on host b: its processor lacks abm, avx, avx2"));
        Assert.That(() => file.RequireCpu("vm1", "a", "c"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("nobody has written down"));
        Assert.That(() => file.RequireCpu("vm1", "c", "b"), Throws.Nothing, "nothing is known of what it has seen");
        Assert.That(() => file.RequireCpu("vm2", "c", "a"), Throws.Nothing, "what is written for the guest counts");
    }

    [Test]
    public void Where_every_host_has_a_libvirt_nothing_need_be_said_of_sockets_and_qemu_refuses_the_file()
    {
        GuestFile file = Parse("""
            { "hosts": [{ "name": "a", "address": "10.0.0.1", "libvirt": "qemu+ssh://a/system" }], "guests": [{ "name": "vm1" }], "libvirt": { "peerToPeer": true } }
            """);
        Assert.That((file.LibvirtUris["a"], file.LibvirtIsPeerToPeer), Is.EqualTo(("qemu+ssh://a/system", true)));
        Assert.That(file.RequireSockets, Throws.InstanceOf<GuestFileException>().With.Message.Contains("--backend libvirt"));
        Assert.That(Parse(Good).RequireSockets, Throws.Nothing);
        Assert.That(Parse(Good).LibvirtUris, Is.Empty);
    }

    [TestCase("""{ "hosts": [{ "name": "a", "address": "1", "libvirt": "" }], "guests": [] }""", "\"libvirt\"")]
    [TestCase("""{ "hosts": [{ "name": "a", "address": "1", "libvirt": "u" }, { "name": "b", "address": "1" }], "guests": [] }""", "\"sockets\"")]
    [TestCase("""{ "hosts": [{ "name": "a", "address": "1", "libvirt": "u" }], "start": ["s"], "guests": [] }""", "\"sockets\"")]
    [TestCase("""{ "hosts": [{ "name": "a", "address": "1", "libvirt": "u" }], "guests": [], "libvirt": { "peerToPeer": "yes" } }""", "true or false")]
    [TestCase("""{ "hosts": [{ "name": "a", "address": "1", "libvirt": "u" }], "guests": [], "libvirt": { "p2p": true } }""", "\"p2p\"")]
    [TestCase("", "")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1", "cpu": [] }], "guests": [] }""", "neither the name of a model nor a list")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1", "memoryMiB": 0 }], "guests": [] }""", "\"memoryMiB\" of a")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }], "guests": [], "rehearsal": { "stat": "x" } }""", "\"stat\"")]
    [TestCase("[]", "no object")]
    [TestCase("{ \"sockets\"", "")]
    [TestCase("{}", "\"sockets\"")]
    [TestCase("""{ "sockets": "x", "start": ["s"], "hosts": [], "guests": [] }""", "{guest}")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": [], "hosts": [{ "name": "a", "address": "1" }], "guests": [] }""", "\"start\" is empty")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": [1], "hosts": [], "guests": [] }""", "words")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [], "guests": [] }""", "no hosts")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a" }], "guests": [] }""", "\"address\"")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }, { "name": "a", "address": "2" }], "guests": [] }""", "twice")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }], "guests": [{ "name": "../etc" }] }""", "no name")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }], "guests": ["vm1"] }""", "no object")]
    [TestCase("""{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }], "guests": [], "quests": [] }""", "\"quests\"")]
    public void What_is_wrong_is_named_with_the_file(string text, string named)
    {
        GuestFileException error = Assert.Throws<GuestFileException>(() => Parse(text))!;
        Assert.That(error.Message, Does.Contain("/somewhere/guests.json").And.Contain(named));
    }

    [Test]
    public void A_file_that_is_not_there_is_named()
    {
        Assert.That(() => GuestFile.Load(Path.Combine(TestContext.CurrentContext.WorkDirectory, "no-such-file.json")), Throws.InstanceOf<GuestFileException>().With.Message.Contains("no-such-file.json"));
    }

    private static GuestFile Parse(string text) => GuestFile.Parse(Encoding.UTF8.GetBytes(text), "/somewhere/guests.json");
}
