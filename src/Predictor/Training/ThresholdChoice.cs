using System.Collections.Generic;
using System.Linq;
using HpcVirt.Predictor.Evaluation;

namespace HpcVirt.Predictor.Training;

/// <summary>Sets thresholds on points that the model was not fitted to: the best event F1, the most failures caught within a budget of migrations, the most saved.</summary>
internal static class ThresholdChoice
{
    public const string BestF1 = "f1";
    public const string Budget = "budget";
    public const string Cost = "cost";

    public static Thresholds Choose(EventJudge judge, double? budgetPerNodeMonth, CostModel? costs)
    {
        EventOutcome[] outcomes = [.. judge.Candidates().Select(judge.Judge)];
        var byRule = new SortedDictionary<string, double>(System.StringComparer.Ordinal);
        if (outcomes.Length == 0)
            return new Thresholds { Chosen = 0.5, Rule = "none", ByRule = byRule };
        byRule[BestF1] = outcomes.MaxBy(static o => o.F1)!.Threshold;
        if (budgetPerNodeMonth is { } budget)
        {
            // The highest recall within the budget; if even the strictest is over it, the strictest.
            EventOutcome[] within = [.. outcomes.Where(o => o.MigrationsPerNodeMonth <= budget)];
            byRule[Budget] = within.Length > 0 ? within.MaxBy(static o => o.Recall)!.Threshold : outcomes[0].Threshold;
        }

        if (costs is not null)
        {
            EventOutcome best = outcomes.MaxBy(costs.SavedNodeHours)!;
            // Where no alert pays, none is given.
            byRule[Cost] = costs.SavedNodeHours(best) > 0 ? best.Threshold : 1;
        }

        string rule = costs is not null ? Cost : budgetPerNodeMonth is not null ? Budget : BestF1;
        return new Thresholds { Chosen = byRule[rule], Rule = rule, ByRule = byRule };
    }
}
