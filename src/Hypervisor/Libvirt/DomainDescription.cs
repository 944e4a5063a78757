using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml;
using System.Xml.Linq;

namespace HpcVirt.Hypervisor.Libvirt;

/// <summary>A domain's XML, as far as it is of interest here.</summary>
internal sealed class DomainDescription
{
    private readonly XElement _root;

    private DomainDescription(XElement root) => _root = root;

    public string Name => (string?)_root.Element("name") ?? "";

    /// <summary>Disks that the guest may write to, by the names that it sees: their content is in no saved state.</summary>
    public IReadOnlyList<string> WritableDisks =>
    [
        .. Devices("disk").Where(static disk => disk.Element("readonly") is null && (string?)disk.Attribute("device") is not "cdrom")
            .Select(static disk => (string?)disk.Element("target")?.Attribute("dev") ?? "a disk without a name"),
    ];

    public static DomainDescription Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        try
        {
            return new DomainDescription(XElement.Load(reader));
        }
        catch (XmlException e)
        {
            throw new HypervisorException($"libvirt describes a guest by what is no XML ({e.Message.TrimEnd('.')}). Bring its daemon and library to the same version.", e);
        }
    }

    /// <summary>The network cards, each with its link up or down, in the form in which libvirt takes them back.</summary>
    public IReadOnlyList<string> CardsWithLink(bool isUp) => [.. Devices("interface").Select(card =>
    {
        var changed = new XElement(card);
        changed.Elements("link").Remove();
        changed.Add(new XElement("link", new XAttribute("state", isUp ? "up" : "down")));
        return changed.ToString(System.Xml.Linq.SaveOptions.DisableFormatting);
    })];

    /// <summary>What tells libvirt to write a guest's memory into a file and nothing else.</summary>
    public static string MemoryInto(string file) =>
        new XElement("domainsnapshot", new XElement("memory", new XAttribute("snapshot", "external"), new XAttribute("file", file))).ToString(System.Xml.Linq.SaveOptions.DisableFormatting);

    private IEnumerable<XElement> Devices(string kind) => _root.Elements("devices").Elements(kind);
}
