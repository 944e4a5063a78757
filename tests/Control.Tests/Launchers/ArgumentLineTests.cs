using HpcVirt.Control.Launchers;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Launchers;

[TestFixture]
public sealed class ArgumentLineTests
{
    [TestCase("", "")]
    [TestCase("  -a   b\t c ", "-a|b|c")]
    [TestCase("--mca x 'a b'", "--mca|x|a b")]
    [TestCase("\"a 'b' \\\" c\" d\\ e", "a 'b' \" c|d e")]
    [TestCase("'' x", "|x")]
    [TestCase("a'b'c", "abc")]
    public void A_line_is_split_as_a_shell_splits_it(string line, string expected)
    {
        Assert.That(string.Join('|', ArgumentLine.Split(line)), Is.EqualTo(expected));
    }

    [TestCase("'open")]
    [TestCase("\"open")]
    public void An_open_quote_is_refused(string line)
    {
        Assert.That(() => ArgumentLine.Split(line), Throws.TypeOf<ControlException>().With.Message.Contains("not closed"));
    }
}
