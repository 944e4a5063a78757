using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Guests;

/// <summary>Where a guest's processor fits.</summary>
[TestFixture]
public sealed class CpuFeaturesTests
{
    [TestCase("x86-64-v2", "x86-64-v3", null)]
    [TestCase("x86-64-v3", "x86-64-v3", null)]
    [TestCase("x86-64-v3", "x86-64-v2", "its processor lacks abm, avx, avx2, bmi1, bmi2, f16c, fma, movbe, xsave")]
    [TestCase("Nehalem", "Nehalem", null)]
    [TestCase("Nehalem", "Haswell", "a name says nothing of features")]
    [TestCase("Nehalem", "x86-64-v4", "the guest needs a Nehalem")]
    [TestCase("x86-64-v2", "Haswell", "the host is a Haswell, and a name says nothing")]
    [TestCase("sse4.2 AVX2", "avx2 sse4.2 fma", null)]
    [TestCase("sse4.2 avx2", "sse4.2", "its processor lacks avx2")]
    [TestCase("x86-64-v1 ", "", "nobody has written down")]
    public void A_guest_works_only_where_everything_it_needs_is(string guest, string host, string? reason)
    {
        string? said = Of(guest)!.WhyNotOn(Of(host));
        Assert.That(said, reason is null ? Is.Null : Does.Contain(reason));
    }

    [Test]
    public void Order_and_letter_case_do_not_matter() => Assert.That(CpuFeatures.OfList(["AVX2", "sse4.2"]), Is.EqualTo(CpuFeatures.OfList(["sse4.2", "avx2"])));

    private static CpuFeatures? Of(string text) => text.Length == 0 ? null
        : text.Contains(' ', System.StringComparison.Ordinal) && text[^1] != ' ' || text is "sse4.2" ? CpuFeatures.OfList(text.Split(' '))
        : CpuFeatures.OfModel(text.Trim());
}
