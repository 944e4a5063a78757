using System;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.VSphere;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Logins: one for each interface, renewed once when they expire, ended at the end, and the password is nowhere to be seen.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class VSphereSessionTests
{
    private const string Session = "/api/session";

    private ScriptedVCenter _vcenter = null!;

    private (int Automation, int Infrastructure) Logins => (_vcenter.CountOf("POST", Session), _vcenter.CountOf("POST", "/Login"));

    [SetUp]
    public void Start() => _vcenter = new ScriptedVCenter();

    [TearDown]
    public async Task StopAsync() => await _vcenter.DisposeAsync();

    [Test]
    public async Task Many_calls_at_once_log_in_once_and_the_end_logs_out()
    {
        VSphereBackend backend = VCenterBench.Backend(_vcenter);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => backend.GuestsAsync()));
        Assert.That((Logins, _vcenter.Sessions), Is.EqualTo(((1, 1), 2)));
        await backend.DisposeAsync();
        Assert.That(_vcenter.Sessions, Is.Zero);
    }

    [Test]
    public async Task Who_never_asked_does_not_log_in()
    {
        await VCenterBench.Backend(_vcenter).DisposeAsync();
        Assert.That(_vcenter.Heard, Is.Empty);
    }

    [Test]
    public async Task The_end_does_not_wait_for_a_vcenter_that_hangs()
    {
        VSphereBackend backend = VCenterBench.Backend(_vcenter, VCenterBench.Short);
        _ = await backend.GuestsAsync();
        _vcenter.Instead = static _ => Reply.Hang;
        await backend.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.That(_vcenter.CountOf("DELETE", Session), Is.EqualTo(1), "it was tried");
    }

    [Test]
    public async Task Sessions_that_have_expired_are_begun_anew_and_what_was_refused_is_done_once()
    {
        await using VSphereBackend backend = VCenterBench.Backend(_vcenter);
        _ = await backend.GuestsAsync();
        _vcenter.ExpireSessions();
        Assert.That((await backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Running));
        Assert.That(Logins, Is.EqualTo((2, 2)));

        // Expired between the question and the deed.
        bool hasExpired = false;
        _vcenter.Instead = asked =>
        {
            if (!asked.Is("POST", "RelocateVM_Task") || hasExpired) return null;
            hasExpired = true;
            _vcenter.ExpireSessions();
            return null;
        };
        Assert.That((await backend.MigrateAsync("vm1", new MigrationOptions { TargetHost = "esx-b" })).To, Is.EqualTo("esx-b"));
        Assert.That((_vcenter.CountOf("POST", "RelocateVM_Task"), _vcenter.Inventory.Tasks.Count), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task A_session_that_is_refused_at_once_is_not_begun_again_and_again()
    {
        await using VSphereBackend backend = VCenterBench.Backend(_vcenter);
        _vcenter.Instead = static asked => asked.Is("GET", "/api/vcenter/host") ? new Reply(401) : null;
        Assert.That((await backend.GuestsAsync())[0].Remark, Does.Contain("failed at listing hosts with HTTP 401"));
        Assert.That(Logins, Is.EqualTo((2, 0)));
    }

    [Test]
    public async Task A_password_that_is_wrong_is_told_of_and_not_told()
    {
        await using VSphereBackend backend = VCenterBench.Backend(_vcenter, password: "hunter2-is-wrong");
        string remark = (await backend.GuestsAsync())[0].Remark!;
        Assert.That(remark, Does.Contain("failed at logging hpcvirt@vsphere.local in with HTTP 401 (UNAUTHENTICATED: Authentication required.)").And.Contain("or the password").And.Not.Contain("hunter2"));
        Assert.That(_vcenter.CountOf("POST", Session), Is.EqualTo(1), "a second try may lock the user out");
    }

    [Test]
    public async Task A_password_that_is_missing_is_told_of_and_nobody_is_asked()
    {
        await using var backend = new VSphereBackend(VCenterBench.File(_vcenter.Url), TimeProvider.System, VCenterBench.Quick, static _ => null);
        Assert.That((await backend.GuestsAsync())[0].Remark, Does.Contain("there is no password for vCenter"));
        Assert.That(async () => await backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("there is no password for vCenter"));
        Assert.That(_vcenter.Heard, Is.Empty);
    }

    [Test]
    public async Task A_login_that_the_other_interface_refuses_is_told_of()
    {
        await using VSphereBackend backend = VCenterBench.Backend(_vcenter);
        _vcenter.Instead = static asked => asked.Is("POST", "/Login") ? ScriptedVCenter.Fault("InvalidLogin", "Cannot complete login.") : null;
        Assert.That(async () => await backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("InvalidLogin: Cannot complete login."));
        _vcenter.Instead = static asked => asked.Is("POST", "/Login") ? new Reply(200, "{}") : null;
        Assert.That(async () => await backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("without a session"));
    }

    [Test]
    public async Task A_password_that_was_changed_counts_at_the_next_login()
    {
        string file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"password-{TestContext.CurrentContext.Test.ID}");
        try
        {
            await WriteAsync("an old one");
            await using var backend = new VSphereBackend(VCenterBench.File(_vcenter.Url, $", \"passwordFile\": \"{file}\""), TimeProvider.System, VCenterBench.Quick, static _ => ScriptedVCenter.Password);
            Assert.That((await backend.GuestsAsync())[0].Remark, Does.Contain("HTTP 401"), "the file is asked, and not the environment");
            await WriteAsync(ScriptedVCenter.Password + "\n");
            Assert.That((await backend.GuestsAsync())[0].Condition, Is.EqualTo(GuestCondition.Running));
        }
        finally
        {
            File.Delete(file);
        }

        async Task WriteAsync(string password)
        {
            await File.WriteAllTextAsync(file, password);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
