using HpcVirt.Hypervisor.Native;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Libvirt;

/// <summary>libvirt's library is asked for by its backend only, and by the name of its package where it is missing.</summary>
[TestFixture]
public sealed class LibvirtLibraryTests
{
    [Test]
    public void A_library_that_is_missing_is_named_with_its_package() =>
        Assert.That(
            static () => LibvirtLibrary.Require("libvirt-of-another-world.so.0"),
            Throws.InstanceOf<BackendMissingException>().With.Message.Contains("libvirt-of-another-world.so.0").And.Message.Contains("apt-get install libvirt0")
                .And.Property(nameof(BackendMissingException.Backend)).EqualTo("libvirt"));

    /// <summary>Skips by name where the library is not installed.</summary>
    internal static void NeedsLibrary()
    {
        try
        {
            LibvirtLibrary.Require();
        }
        catch (BackendMissingException e)
        {
            Assert.Ignore($"missing capability: libvirt ({e.Message})");
        }
    }
}
