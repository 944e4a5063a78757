using System;
using System.Diagnostics;
using System.IO;
using System.Reflection;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Contract;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Plugins;

/// <summary>The sample of docs/operating/backends.md, loaded by name from a folder as the tool does it, keeps the contract.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed class SamplePluginContractTests : HypervisorContract
{
    private Process? _sleeper;
    private string _file = "";

    internal static string PluginFolder { get; } = Path.Combine(
        Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!, "../../../../../samples/backend/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");

    protected override string GuestName => "sleeper";

    protected override string SourceHost => "here";

    protected override string TargetHost => "there";

    [TearDown]
    public void EndSleeper()
    {
        _sleeper?.Kill();
        _sleeper?.Dispose();
        File.Delete(_file);
    }

    protected override Task<IHypervisorBackend> CreateAsync()
    {
        _sleeper = Process.Start("sleep", "300");
        _file = Path.GetTempFileName();
        File.WriteAllText(_file, $"sleeper {_sleeper.Id}\n");
        return Task.FromResult(Backends.Create("processes", new BackendSettings { GuestFile = _file, Time = TimeProvider.System }, PluginFolder));
    }
}

/// <summary>Plug-ins that are not there or are none.</summary>
[TestFixture]
public sealed class PluginTests
{
    private static readonly BackendSettings Settings = new() { Time = TimeProvider.System };

    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("hpcvirt-plugins-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void A_plug_in_that_is_not_there_is_named_beside_those_that_are()
    {
        File.WriteAllText(Path.Combine(_folder, "hpcvirt-backend-mine.dll"), "");
        Assert.That(() => Backends.Create("yours", Settings, _folder), Throws.InstanceOf<BackendMissingException>().With.Message.Contains("hpcvirt-backend-yours.dll").And.Message.Contains("mine"));
        Assert.That(() => Backends.Create("yours", Settings), Throws.InstanceOf<BackendMissingException>().With.Message.Contains("built in"));
        Assert.That(() => Backends.Create("../yours", Settings, _folder), Throws.InstanceOf<BackendMissingException>());
    }

    [Test]
    public void What_is_no_assembly_and_what_has_no_factory_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "hpcvirt-backend-text.dll"), "no assembly");
        File.Copy(typeof(HypervisorContract).Assembly.Location, Path.Combine(_folder, "hpcvirt-backend-contract.dll"));
        Assert.That(() => Backends.Create("text", Settings, _folder), Throws.InstanceOf<BackendMissingException>().With.Message.Contains("cannot be loaded"));
        Assert.That(() => Backends.Create("contract", Settings, _folder), Throws.InstanceOf<BackendMissingException>().With.Message.Contains("0 public classes"));
    }

    [TestCase("qemu")]
    [TestCase("rehearsal")]
    public void A_backend_that_needs_a_file_of_guests_says_so(string name)
    {
        Assert.That(() => Backends.Create(name, Settings), Throws.InstanceOf<HypervisorException>().With.Message.Contains("--guests"));
    }
}
