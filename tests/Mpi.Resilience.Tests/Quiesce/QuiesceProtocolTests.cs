using System;
using HpcVirt.Mpi.Resilience.Quiesce.Protocol;
using NUnit.Framework;

namespace HpcVirt.Mpi.Resilience.Tests.Quiesce;

/// <summary>The transitions of one rank, one by one; what they do together is judged by tests/Simulation.Tests.</summary>
[TestFixture]
internal sealed class QuiesceProtocolTests
{
    private QuiesceState _state;

    [SetUp]
    public void Begin() => _state = QuiesceState.Initial;

    [Test]
    public void A_rank_tells_its_peers_and_enters_the_barrier_when_all_were_told()
    {
        Assert.That(Feed(QuiesceEvent.Arrived(bookmarks: 2, owed: 0, openRequests: 0, mayStep: false)), Is.EqualTo(QuiesceEffects.SendBookmarks));
        Assert.That(Feed(QuiesceEvent.BookmarkTaken()), Is.EqualTo(QuiesceEffects.None));
        Assert.That(Feed(QuiesceEvent.BookmarkTaken()), Is.EqualTo(QuiesceEffects.PostGather));
    }

    [Test]
    public void It_votes_when_all_have_come_and_nothing_is_owed_or_open()
    {
        Feed(QuiesceEvent.Arrived(bookmarks: 0, owed: 1, openRequests: 1, mayStep: false));
        Feed(QuiesceEvent.BookmarkCame(2));
        Feed(QuiesceEvent.MessageCame());
        Feed(QuiesceEvent.MessageCame());
        Assert.That(Feed(QuiesceEvent.AllGathered()), Is.EqualTo(QuiesceEffects.None), "a message is owed");
        Assert.That(Feed(QuiesceEvent.MessageCame()), Is.EqualTo(QuiesceEffects.None), "a request is open");
        Assert.That(Feed(QuiesceEvent.RequestCompleted()), Is.EqualTo(QuiesceEffects.VoteYes));
        Assert.That(Feed(QuiesceEvent.DeadlinePassed()), Is.EqualTo(QuiesceEffects.None), "nobody gives up after a yes");
    }

    [Test]
    public void It_acts_and_goes_on_when_all_have_acted()
    {
        Prove();
        Assert.That(Feed(QuiesceEvent.ProofCame(isSilent: true)), Is.EqualTo(QuiesceEffects.Act));
        Assert.That(Feed(QuiesceEvent.ActionDone()), Is.EqualTo(QuiesceEffects.PostRelease));
        Assert.That(Feed(QuiesceEvent.MessageCame()), Is.EqualTo(QuiesceEffects.None), "a faster rank sends already");
        Assert.That(Feed(QuiesceEvent.AllReleased()), Is.EqualTo(QuiesceEffects.Resume));
        Assert.That(_state, Is.EqualTo(QuiesceState.Initial with { Attempt = 2 }));
    }

    [Test]
    public void It_goes_on_without_acting_when_the_vote_is_lost()
    {
        Prove();
        Assert.That(Feed(QuiesceEvent.ProofCame(isSilent: false)), Is.EqualTo(QuiesceEffects.Resume));
        Assert.That(_state.Attempt, Is.EqualTo(2));
    }

    [Test]
    public void A_rank_that_gives_up_enters_what_the_others_wait_in_and_goes_on_at_once()
    {
        Feed(QuiesceEvent.Arrived(bookmarks: 1, owed: 0, openRequests: 0, mayStep: false));
        Assert.That(Feed(QuiesceEvent.DeadlinePassed()), Is.EqualTo(QuiesceEffects.PostGather | QuiesceEffects.VoteNo | QuiesceEffects.Resume));
        Feed(QuiesceEvent.BookmarkTaken());
        Feed(QuiesceEvent.AllGathered());
        Assert.That(() => Feed(QuiesceEvent.Arrived(0, 0, 0, mayStep: false)), Throws.InvalidOperationException, "the next attempt waits for the end of this one");
        Assert.That(Feed(QuiesceEvent.ProofCame(isSilent: false)), Is.EqualTo(QuiesceEffects.None));
        Assert.That(_state.Attempt, Is.EqualTo(2));
    }

    [Test]
    public void A_rank_that_cannot_take_part_says_so_without_waiting() =>
        Assert.That(Feed(QuiesceEvent.Objected()), Is.EqualTo(QuiesceEffects.PostGather | QuiesceEffects.VoteNo | QuiesceEffects.Resume));

    [Test]
    public void A_step_is_granted_only_while_a_peer_has_not_come_and_safe_points_are_not_numbered()
    {
        Feed(QuiesceEvent.Arrived(bookmarks: 1, owed: 0, openRequests: 0, mayStep: true));
        Assert.That(Feed(QuiesceEvent.PatienceEnded()), Is.EqualTo(QuiesceEffects.Step));
        Feed(QuiesceEvent.Arrived(bookmarks: 2, owed: 3, openRequests: 0, mayStep: true));
        Assert.That((_state.BookmarksUntaken, _state.Owed), Is.EqualTo((2, 3L)), "told anew, with the counters of now");
        Feed(QuiesceEvent.BookmarkTaken());
        Feed(QuiesceEvent.BookmarkTaken());
        Assert.That(Feed(QuiesceEvent.PatienceEnded()), Is.EqualTo(QuiesceEffects.None), "all have been told: leaving would make it wrong");

        Begin();
        Feed(QuiesceEvent.Arrived(bookmarks: 1, owed: 0, openRequests: 0, mayStep: false));
        Assert.That(Feed(QuiesceEvent.PatienceEnded()), Is.EqualTo(QuiesceEffects.None), "numbered safe points");
    }

    [Test]
    public void The_proof_is_zero_exactly_when_all_pairs_agree()
    {
        var random = new Random(7);
        for (int round = 0; round < 200; round++)
        {
            const int ranks = 5;
            ulong[] sums = new ulong[QuiesceProof.Length];
            int wrongRank = round % 2 == 0 ? random.Next(ranks) : -1;
            long[,] sent = new long[ranks, ranks];
            for (int from = 0; from < ranks; from++)
            {
                for (int to = 0; to < ranks; to++)
                    sent[from, to] = random.Next(4);
            }

            for (int rank = 0; rank < ranks; rank++)
            {
                ulong[] mine = new ulong[QuiesceProof.Length];
                var proof = new QuiesceProof(mine, attempt: 3);
                for (int peer = 0; peer < ranks; peer++)
                {
                    proof.AddSent(11, rank, peer, sent[rank, peer]);
                    proof.AddReceived(11, peer, rank, sent[peer, rank] + (rank == wrongRank && peer == 0 ? 1 : 0));
                }

                proof.AddCollectives(11, 9, rank == 0, ranks);
                for (int index = 0; index < sums.Length; index++)
                    sums[index] += mine[index];
            }

            QuiesceVerdict verdict = QuiesceProof.Judge(sums, ranks, attempt: 3);
            Assert.That(verdict.IsSilent, Is.EqualTo(wrongRank < 0), $"round {round}");
            Assert.That(QuiesceProof.Judge(sums, ranks, attempt: 4).IsSilent, Is.False, "another attempt");
        }
    }

    [Test]
    public void One_rank_that_has_entered_another_number_of_collectives_spoils_the_proof()
    {
        ulong[] sums = new ulong[QuiesceProof.Length];
        for (int rank = 0; rank < 4; rank++)
        {
            ulong[] mine = new ulong[QuiesceProof.Length];
            var proof = new QuiesceProof(mine, attempt: 1);
            proof.AddCollectives(5, rank == 2 ? 8 : 7, rank == 0, ranks: 4);
            for (int index = 0; index < sums.Length; index++)
                sums[index] += mine[index];
        }

        Assert.That(QuiesceProof.Judge(sums, 4, 1), Has.Property("CollectivesDiffer").True.And.Property("IsSilent").False);
    }

    private QuiesceEffects Feed(QuiesceEvent happened)
    {
        (_state, QuiesceEffects effects) = QuiesceProtocol.Next(_state, happened);
        return effects;
    }

    private void Prove()
    {
        Feed(QuiesceEvent.Arrived(bookmarks: 0, owed: 0, openRequests: 0, mayStep: false));
        Feed(QuiesceEvent.AllGathered());
    }
}
