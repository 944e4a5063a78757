using System;
using System.Diagnostics;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Libvirt;
using HpcVirt.Hypervisor.Qemu;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Libvirt;

/// <summary>Daemons that accept a connection and then behave badly: libvirt's library would wait for them for ever.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class HungLibvirtTests
{
    private static readonly LibvirtDeadlines Deadlines = new() { Open = TimeSpan.FromMilliseconds(500), Command = TimeSpan.FromSeconds(1), Close = TimeSpan.FromMilliseconds(500) };

    private string _folder = "";
    private Socket _listener = null!;
    private LibvirtBackend _backend = null!;

    [SetUp]
    public void Listen()
    {
        LibvirtLibraryTests.NeedsLibrary();
        _folder = Directory.CreateTempSubdirectory("hpcvirt-hung-").FullName;
        string socket = Path.Combine(_folder, "sock");
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen();
        _backend = new LibvirtBackend(
            GuestFile.Parse(Encoding.UTF8.GetBytes($$"""{ "hosts": [{ "name": "a", "address": "10.0.0.1", "libvirt": "qemu+unix:///system?socket={{socket}}" }], "guests": [{ "name": "vm1" }] }"""), "/guests.json"),
            TimeProvider.System,
            Deadlines);
    }

    [TearDown]
    public async Task RemoveAsync()
    {
        _listener?.Dispose();
        if (_backend is not null) await _backend.DisposeAsync();
        if (_folder.Length > 0) Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task One_that_never_answers_is_told_of_after_the_deadline_and_not_waited_for()
    {
        long start = Stopwatch.GetTimestamp();
        Guest guest = (await _backend.GuestsAsync())[0];
        Assert.That(guest.Condition, Is.EqualTo(GuestCondition.Unknown));
        Assert.That(guest.Remark, Does.Contain("libvirt on host a did not answer within 0.5 s"));
        Assert.That(async () => await _backend.PauseAsync("vm1"), Throws.InstanceOf<HypervisorException>().With.Message.Contains("did not answer within 0.5 s"));
        Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Waiting_for_one_that_never_answers_can_be_given_up()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        Assert.That(async () => await _backend.GuestsAsync(stop.Token), Throws.InstanceOf<OperationCanceledException>());
        await Task.CompletedTask;
    }

    [TestCase("")]
    [TestCase("HTTP/1.1 400 Bad Request\r\n\r\n")]
    public async Task One_that_hangs_up_or_talks_of_something_else_is_an_error_with_its_host(string says)
    {
        Task serving = Task.Run(async () =>
        {
            using Socket client = await _listener.AcceptAsync();
            _ = await client.SendAsync(Encoding.ASCII.GetBytes(says));
        });
        Guest guest = (await _backend.GuestsAsync())[0];
        await serving;
        Assert.That(guest.Condition, Is.EqualTo(GuestCondition.Unknown));
        Assert.That(guest.Remark, Does.Contain("libvirt on host a failed at connecting"));
    }
}
