using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>The file of hosts and guests for vSphere, and where the password may and may not come from.</summary>
[TestFixture]
public sealed class VSphereSettingsTests
{
    private const string Pin = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-vsphere-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_file_with_a_vcenter_needs_no_sockets_and_no_addresses()
    {
        GuestFile file = Parse($$"""{ "url": "https://vcenter.example.org", "user": "u@v", "passwordFile": "secret", "thumbprint": "{{Pin}}" }""");
        Assert.That(file.VSphere, Is.EqualTo(new VSphereSettings { Url = new Uri("https://vcenter.example.org"), User = "u@v", PasswordFile = "/somewhere/secret", Thumbprint = Pin.ToUpperInvariant() }));
        Assert.That(file.Hosts["esx-a.example.org"], Is.EqualTo("esx-a.example.org"));
        Assert.That(file.RequireSockets, Throws.InstanceOf<GuestFileException>());
        Assert.That(Parse("""{ "url": "http://localhost:8080", "user": "u" }""").VSphere!.Thumbprint, Is.Null, "on this machine nobody listens");
    }

    [TestCase("""{ "user": "u" }""", "\"url\"")]
    [TestCase("""{ "url": "https://v" }""", "\"user\"")]
    [TestCase("""{ "url": "http://vcenter", "user": "u" }""", "Use https")]
    [TestCase("""{ "url": "http://10.0.0.1", "user": "u" }""", "Use https")]
    [TestCase("""{ "url": "ftp://v", "user": "u" }""", "must be https://")]
    [TestCase("""{ "url": "vcenter", "user": "u" }""", "must be https://")]
    [TestCase("""{ "url": "https://u:secret@v", "user": "u" }""", "must be https://")]
    [TestCase("""{ "url": "https://v/api", "user": "u" }""", "must be https://")]
    [TestCase("""{ "url": "https://v", "user": "u:x" }""", "colon")]
    [TestCase("""{ "url": "https://v", "user": "u", "password": "x" }""", "\"password\"")]
    [TestCase("""{ "url": "https://v", "user": "u", "insecure": true }""", "\"insecure\"")]
    [TestCase("""{ "url": "https://v", "user": "u", "passwordFile": "" }""", "\"passwordFile\"")]
    [TestCase("""{ "url": "https://v", "user": "u", "thumbprint": "ab:cd" }""", "64 hexadecimal digits")]
    [TestCase("""{ "url": "https://v", "user": "u", "thumbprint": "zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff" }""", "64 hexadecimal digits")]
    [TestCase("[]", "no object")]
    public void What_is_missing_or_unsafe_is_named(string settings, string named) =>
        Assert.That(() => Parse(settings), Throws.InstanceOf<GuestFileException>().With.Message.Contains("/somewhere/guests.json").And.Message.Contains(named));

    [Test]
    public async Task A_file_without_a_vcenter_is_refused_and_backends_know_the_name()
    {
        string file = Path.Combine(_folder, "guests.json");
        await File.WriteAllTextAsync(file, """{ "sockets": "{guest}{host}", "start": ["s"], "hosts": [{ "name": "a", "address": "1" }], "guests": [] }""");
        var settings = new BackendSettings { GuestFile = file, Time = TimeProvider.System };
        Assert.That(() => Backends.Create("vsphere", settings), Throws.InstanceOf<GuestFileException>().With.Message.Contains("\"vsphere\""));
        await File.WriteAllTextAsync(file, """{ "vsphere": { "url": "https://v", "user": "u" }, "hosts": [{ "name": "a" }], "guests": [] }""");
        await using IHypervisorBackend backend = Backends.Create("vsphere", settings);
        Assert.That(backend.Capabilities.Names(), Is.EqualTo(new[] { "live-migration", "save-and-restore", "links" }));
    }

    [Test]
    public void A_password_comes_from_the_environment_where_no_file_is_named()
    {
        Assert.That(new VSpherePassword(null, static name => name == "HPCVIRT_VSPHERE_PASSWORD" ? "x" : null).Read(), Is.EqualTo("x"));
        Assert.That(() => new VSpherePassword(null, static _ => "").Read(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("HPCVIRT_VSPHERE_PASSWORD"));
    }

    [TestCase(UnixFileMode.GroupRead)]
    [TestCase(UnixFileMode.OtherRead)]
    [TestCase(UnixFileMode.GroupWrite)]
    public void A_password_that_others_may_read_or_change_is_refused(UnixFileMode others)
    {
        string file = Secret("x", others);
        Assert.That(() => new VSpherePassword(file, static _ => "y").Read(), Throws.InstanceOf<HypervisorException>().With.Message.Contains($"chmod 600 {file}"));
    }

    [Test]
    public void A_password_ends_with_its_line_and_a_file_that_holds_none_is_refused()
    {
        Assert.That(new VSpherePassword(Secret(" with blanks \r\n"), static _ => null).Read(), Is.EqualTo(" with blanks "));
        Assert.That(() => new VSpherePassword(Secret("\n"), static _ => null).Read(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("is empty"));
        Assert.That(() => new VSpherePassword(Secret(new string('x', 4097)), static _ => null).Read(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("4097 bytes"));
        Assert.That(() => new VSpherePassword(Path.Combine(_folder, "none"), static _ => null).Read(), Throws.InstanceOf<HypervisorException>().With.Message.Contains("cannot be read"));
    }

    private static GuestFile Parse(string settings) =>
        GuestFile.Parse(Encoding.UTF8.GetBytes($$"""{ "vsphere": {{settings}}, "hosts": [{ "name": "esx-a.example.org" }], "guests": [{ "name": "vm1" }] }"""), "/somewhere/guests.json");

    private string Secret(string text, UnixFileMode others = UnixFileMode.None)
    {
        string file = Path.Combine(_folder, "secret");
        File.WriteAllText(file, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | others);
        return file;
    }
}
