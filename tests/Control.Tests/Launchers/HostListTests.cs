using System.Linq;
using HpcVirt.Control.Launchers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
public sealed class HostListTests
{
    [TestCase("a,b", 4, "a:2 b:2")]
    [TestCase("a,b", 3, "a:2 b:2")]
    [TestCase("a,b:2", 3, "a:1 b:2")]
    [TestCase("node-1.cluster, 10.0.0.2:8", 9, "node-1.cluster:1 10.0.0.2:8")]
    public void Ranks_are_spread_as_the_list_says(string text, int ranks, string expected)
    {
        Assert.That(string.Join(' ', HostList.Parse(text, ranks).Select(host => $"{host.Name}:{host.Slots}")), Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("a,,b")]
    [TestCase("a:0")]
    [TestCase("a:x")]
    [TestCase("-oProxyCommand=x")]
    [TestCase("a b")]
    public void What_is_no_list_of_hosts_is_refused(string text)
    {
        Assert.That(() => HostList.Parse(text, 1), Throws.TypeOf<ControlException>().With.Property("ExitCode").EqualTo(ExitCode.Usage));
    }

    [Test]
    public void Too_few_places_are_refused_before_the_launcher_does_it_less_clearly()
    {
        Assert.That(() => HostList.Parse("a:1,b:2", 4), Throws.TypeOf<ControlException>().With.Message.Contains("3 ranks"));
    }
}
