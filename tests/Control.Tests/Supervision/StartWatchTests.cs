using System;
using System.Collections.Generic;
using System.Threading.Tasks;
using HpcVirt.Control.Supervision;
using NUnit.Framework;

namespace HpcVirt.Control.Tests.Supervision;

/// <summary>What is noticed before all ranks were heard of.</summary>
[TestFixture]
public sealed class StartWatchTests
{
    private readonly HashSet<string> _down = [];
    private readonly List<string> _absent = [];
    private readonly List<int> _incomplete = [];
    private int _heard;
    private int _asked;
    private ManualTime _time = null!;
    private StartWatch _watch = null!;

    [SetUp]
    public void Begin() => Begin(null);

    private void Begin(TimeSpan? earlier)
    {
        _watch?.Dispose();
        _down.Clear();
        _absent.Clear();
        _incomplete.Clear();
        _heard = _asked = 0;
        _time = new ManualTime();
        _watch = new StartWatch(
            new StartWatchOptions
            {
                Ranks = 3,
                Hosts = ["a", "b", "c"],
                Timeout = TimeSpan.FromMinutes(2),
                EarlierStart = earlier,
                Heard = () => _heard,
                Ask = host =>
                {
                    _asked++;
                    return Task.FromResult<bool?>(!_down.Contains(host));
                },
                Absent = _absent.Add,
                Incomplete = _incomplete.Add,
            },
            _time);
    }

    [TearDown]
    public void End() => _watch.Dispose();

    [Test]
    public void A_start_that_goes_well_asks_nobody()
    {
        _heard = 3;
        Pass(600);
        Assert.That((_asked, _absent.Count, _incomplete.Count), Is.EqualTo((0, 0, 0)));
    }

    [Test]
    public void A_host_that_is_down_is_named_after_two_rounds()
    {
        _down.Add("b");
        Pass(5);
        Assert.That(_absent, Is.Empty);
        Pass(1);
        Assert.That(_absent, Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public void A_host_that_dies_between_the_first_rank_and_the_last_is_named()
    {
        _heard = 2;
        _down.Add("c");
        Pass(6);
        Assert.That(_absent, Is.EqualTo(new[] { "c" }));
    }

    [Test]
    public void Ranks_that_do_not_come_after_the_first_make_the_start_incomplete_once()
    {
        _heard = 2;
        Pass(120);
        Assert.That(_incomplete, Is.Empty);
        Pass(300);
        Assert.That(_incomplete, Is.EqualTo(new[] { 2 }));
    }

    [Test]
    public void A_job_that_does_not_use_the_library_is_left_alone_after_a_while()
    {
        Pass(300);
        Assert.That(_incomplete, Is.Empty);
        Assert.That(_asked, Is.InRange(3 * 38, 3 * 42), "hosts are asked every 3 s for 2 min");
        _down.Add("b");
        Pass(1200);
        Assert.That((_asked > 3 * 42, _absent.Count), Is.EqualTo((false, 0)));
    }

    [Test]
    public void This_host_is_not_asked_because_it_answers_itself_where_a_firewall_drops_what_goes_to_others() =>
        Assert.That(StartWatch.Others(["node1", "NODE2.cluster.example", "localhost", "127.0.0.1", "10.0.0.7", "node20"], "node2"), Is.EqualTo(new[] { "node1", "10.0.0.7", "node20" }));

    [Test]
    public void A_launcher_that_brings_nobody_although_an_earlier_start_did_is_given_up()
    {
        Begin(TimeSpan.FromSeconds(1));
        Pass(30);
        Assert.That(_incomplete, Is.Empty);
        Pass(3);
        Assert.That(_incomplete, Is.EqualTo(new[] { 0 }));
        Begin(TimeSpan.FromSeconds(5));
        Pass(50);
        Assert.That(_incomplete, Is.Empty);
        Pass(4);
        Assert.That(_incomplete, Is.EqualTo(new[] { 0 }));
        Begin(TimeSpan.FromHours(1));
        Pass(123);
        Assert.That(_incomplete, Is.EqualTo(new[] { 0 }), "no longer than the timeout");
    }

    private void Pass(int seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));
}
