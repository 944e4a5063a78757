using HpcVirt.Hypervisor.Libvirt;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Libvirt;

/// <summary>What is read out of a domain's XML, and handed back in it.</summary>
[TestFixture]
public sealed class DomainDescriptionTests
{
    private const string Xml = """
        <domain type='qemu'><name>vm1</name><devices>
          <disk type='file' device='disk'><source file='/a'/><target dev='vda'/><readonly/></disk>
          <disk type='file' device='disk'><source file='/b'/><target dev='vdb'/></disk>
          <disk type='file' device='cdrom'><target dev='hda'/></disk>
          <interface type='bridge'><mac address='02:00:00:00:00:01'/><link state='down'/></interface>
          <interface type='bridge'><mac address='02:00:00:00:00:02'/></interface>
        </devices></domain>
        """;

    [Test]
    public void Disks_that_can_be_written_to_are_named_and_others_are_not()
    {
        DomainDescription description = DomainDescription.Parse(Xml);
        Assert.That(description.Name, Is.EqualTo("vm1"));
        Assert.That(description.WritableDisks, Is.EqualTo(new[] { "vdb" }));
    }

    [TestCase(true, "up")]
    [TestCase(false, "down")]
    public void Every_card_is_handed_back_with_one_link(bool isUp, string state) =>
        Assert.That(
            DomainDescription.Parse(Xml).CardsWithLink(isUp),
            Is.EqualTo(new[]
            {
                $"""<interface type="bridge"><mac address="02:00:00:00:00:01" /><link state="{state}" /></interface>""",
                $"""<interface type="bridge"><mac address="02:00:00:00:00:02" /><link state="{state}" /></interface>""",
            }));

    [TestCase("")]
    [TestCase("<domain>")]
    [TestCase("""<!DOCTYPE domain [<!ENTITY e "e">]><domain>&e;</domain>""")]
    public void What_is_no_description_is_refused(string text) => Assert.That(() => DomainDescription.Parse(text), Throws.InstanceOf<HypervisorException>().With.Message.Contains("no XML"));

    [Test]
    public void A_files_name_cannot_break_out_of_the_words_it_stands_in() =>
        Assert.That(
            DomainDescription.MemoryInto("/a'\"<&.part"),
            Is.EqualTo("""<domainsnapshot><memory snapshot="external" file="/a'&quot;&lt;&amp;.part" /></domainsnapshot>"""));
}
