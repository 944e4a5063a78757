using System;
using System.Linq;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Servers that answer badly, late or not at all, and certificates.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereWireTests
{
    private const string Machines = "/api/vcenter/vm";

    private ScriptedVCenter _vcenter = null!;
    private VSphereBackend _backend = null!;

    [SetUp]
    public void Start()
    {
        _vcenter = new ScriptedVCenter();
        _backend = VCenterBench.Backend(_vcenter);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _backend.DisposeAsync();
        await _vcenter.DisposeAsync();
    }

    [TestCase(503)]
    [TestCase(502)]
    [TestCase(504)]
    [TestCase(429)]
    [TestCase(0)]
    public async Task A_question_that_is_not_answered_is_asked_three_times_and_then_told_of(int status)
    {
        int lost = 0;
        Reply reply = status == 0 ? Reply.HangUp : new Reply(status, "<html>later</html>");
        _vcenter.Instead = asked => asked.Path.StartsWith(Machines, StringComparison.Ordinal) && Interlocked.Increment(ref lost) <= 2 ? reply : null;
        Assert.That((await FirstAsync()).Condition, Is.EqualTo(GuestCondition.Running));
        _vcenter.Instead = asked => asked.Path.StartsWith(Machines, StringComparison.Ordinal) ? reply : null;
        _vcenter.Heard.Clear();
        Guest guest = await FirstAsync();
        Assert.That((guest.Condition, guest.Host), Is.EqualTo((GuestCondition.Unknown, (string?)null)));
        Assert.That(guest.Remark, Does.Contain(status == 0 ? "cannot be reached at looking for guests" : $"HTTP {status}"));
        // A connection that is hung up makes HttpClient itself ask again, up to three times for each of ours.
        Assert.That(_vcenter.Heard.Count(static asked => asked.Path.StartsWith(Machines, StringComparison.Ordinal)), status == 0 ? Is.InRange(3, 12) : Is.EqualTo(3));
    }

    [TestCase(503)]
    [TestCase(0)]
    public void What_changes_something_is_sent_once(int status)
    {
        _vcenter.Instead = asked => asked.Is("POST", "SuspendVM_Task") ? (status == 0 ? Reply.HangUp : new Reply(status)) : null;
        Assert.That(async () => await _backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("suspending machine vm-41"));
        Assert.That(_vcenter.CountOf("POST", "SuspendVM_Task"), Is.EqualTo(1));
    }

    [TestCase("{", "")]
    [TestCase("", "")]
    [TestCase("null", "nothing")]
    [TestCase("[]", "")]
    [TestCase("\"text\"", "")]
    [TestCase("<html>Welcome</html>", "")]
    [TestCase("""{"powerState": "poweredOn"}""", "connectionState")]
    [TestCase("""{"powerState": null, "connectionState": "connected"}""", "powerState")]
    [TestCase("""{"powerState": "poweredOn", "connectionState": "connected", "host": {"type": "HostSystem"} }""", "value")]
    public async Task An_answer_that_is_none_is_told_of_and_not_guessed_at(string body, string named)
    {
        _vcenter.Instead = asked => asked.Is("GET", "/VirtualMachine/vm-41/runtime") ? new Reply(200, body) : null;
        Guest guest = await FirstAsync();
        Assert.That(guest.Condition, Is.EqualTo(GuestCondition.Unknown));
        Assert.That(guest.Remark, Does.Contain("answered with what this program does not understand at asking what machine vm-41 does").And.Contain(named));
        Assert.That(async () => await _backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("does not understand"));
        Assert.That((await _backend.GuestsAsync())[1].Condition, Is.EqualTo(GuestCondition.Running), "the others are listed as they are");
    }

    [Test]
    public void A_vcenter_that_is_too_old_is_told_which_one_is_needed()
    {
        _vcenter.Instead = static asked => asked.Path.StartsWith(ScriptedVCenter.Root, StringComparison.Ordinal) ? new Reply(404, "<html>Not Found</html>") : null;
        Assert.That(async () => await _backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("HTTP 404").And.Message.Contains("before 8.0 U1"));
    }

    [Test]
    public async Task A_state_that_nobody_knows_is_unknown()
    {
        _vcenter.Inventory.Machine("vm-41").Power = "hibernated";
        Guest guest = await FirstAsync();
        Assert.That((guest.Condition, guest.Remark), Is.EqualTo((GuestCondition.Unknown, "vSphere says: hibernated")));
    }

    [Test]
    public async Task An_answer_without_end_is_cut_off()
    {
        _vcenter.Instead = static asked => asked.Path.StartsWith(Machines, StringComparison.Ordinal) ? new Reply(200, new string(' ', (4 << 20) + 1)) : null;
        Assert.That((await FirstAsync()).Remark, Does.Contain("more than 4194304 bytes"));
    }

    [Test]
    public async Task A_vcenter_that_hangs_is_told_of_after_the_deadline_and_can_be_given_up()
    {
        await using VSphereBackend impatient = VCenterBench.Backend(_vcenter, VCenterBench.Short);
        _vcenter.Instead = static _ => Reply.Hang;
        Assert.That((await impatient.GuestsAsync().WaitAsync(TimeSpan.FromSeconds(30)))[0].Remark, Does.Contain("did not answer within 0.4 s"));
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        Assert.That(async () => await _backend.GuestsAsync(stop.Token).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Nobody_is_sent_elsewhere_with_a_password()
    {
        await using var elsewhere = new ScriptedVCenter();
        string target = elsewhere.Url;
        _vcenter.Instead = asked => new Reply(307) { Headers = [("Location", target + asked.Path)] };
        Assert.That((await FirstAsync()).Remark, Does.Contain("HTTP 307"));
        Assert.That(elsewhere.Heard, Is.Empty);
    }

    [Test]
    public async Task A_certificate_is_believed_if_its_thumbprint_is_written_down_and_no_other_is()
    {
        using X509Certificate2 certificate = SelfSigned();
        string thumbprint = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        await using var secure = new ScriptedVCenter(certificate);
        await using VSphereBackend pinned = VCenterBench.Backend(secure, more: $", \"thumbprint\": \"{string.Join(':', thumbprint.Chunk(2).Select(static two => new string(two)))}\"");
        Assert.That((await pinned.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Running));
        secure.Heard.Clear();

        await using VSphereBackend mistaken = VCenterBench.Backend(secure, more: $", \"thumbprint\": \"{new string('0', 64)}\"");
        await using VSphereBackend trusting = VCenterBench.Backend(secure);
        foreach (VSphereBackend backend in (VSphereBackend[])[mistaken, trusting])
            Assert.That((await backend.GuestsAsync())[0].Remark, Does.Contain("a certificate that is not trusted, with the SHA-256 thumbprint " + thumbprint));
        Assert.That(secure.Heard, Is.Empty, "no password was sent");
    }

    private static X509Certificate2 SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var from = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        return request.CreateSelfSigned(from, from.AddYears(100));
    }

    private async Task<Guest> FirstAsync() => (await _backend.GuestsAsync().WaitAsync(TimeSpan.FromSeconds(30)))[0];
}
