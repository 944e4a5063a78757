using System.Collections.Generic;
using System.Threading.Tasks;
using HpcVirt.Hypervisor.Libvirt;
using NUnit.Framework;

namespace HpcVirt.Hypervisor.Tests.Libvirt;

/// <summary>Nobody waits for libvirt's answer to a word, and only the newest of those that wait is said.</summary>
[TestFixture]
public sealed class LibvirtWordsTests
{
    [Test]
    public async Task One_is_said_at_a_time_and_of_those_that_wait_the_newest()
    {
        var words = new LibvirtWords();
        var said = new List<string>();
        var answers = new Dictionary<string, TaskCompletionSource> { ["first"] = new(), ["second"] = new(), ["third"] = new() };
        foreach (string word in answers.Keys)
        {
            words.Say(() =>
            {
                said.Add(word);
                return answers[word].Task;
            });
        }

        Assert.That(said, Is.EqualTo((string[])["first"]));
        words.GoOn();
        Assert.That((said.Count, words.IsSilent), Is.EqualTo((1, false)));
        answers["first"].SetResult();
        words.GoOn();
        Assert.That(said, Is.EqualTo((string[])["first", "third"]));
        Task settled = words.SettleAsync();
        Assert.That(settled.IsCompleted, Is.False);
        answers["third"].SetResult();
        await settled;
        Assert.That(words.IsSilent, Is.True);
    }

    [Test]
    public async Task What_libvirt_refuses_is_passed_over_and_what_waits_at_the_end_is_not_said()
    {
        var words = new LibvirtWords();
        var refused = new TaskCompletionSource();
        bool isSaid = false;
        words.Say(() => refused.Task);
        words.Say(() =>
        {
            isSaid = true;
            return Task.CompletedTask;
        });
        Task settled = words.SettleAsync();
        refused.SetException(LibvirtException.NotInTime("a", "setting the speed", default, new System.TimeoutException()));
        await settled;
        words.GoOn();
        Assert.That((isSaid, words.IsSilent), Is.EqualTo((false, true)));
    }
}
