using System.Collections.Generic;
using System.Text;

namespace HpcVirt.Control.Launchers;

/// <summary>Splits <c>--launcher-args "..."</c> into arguments as a POSIX shell would, without expansions.</summary>
public static class ArgumentLine
{
    /// <summary>Splits at white space; single quotes, double quotes and backslashes keep it.</summary>
    /// <param name="line">The line.</param>
    /// <exception cref="ControlException">A quote is not closed.</exception>
    public static IReadOnlyList<string> Split(string line)
    {
        var arguments = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        char quote = '\0';
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (inWord) arguments.Add(word.ToString());
                word.Clear();
                inWord = false;
                continue;
            }

            inWord = true;
            if (c == quote) quote = '\0';
            else if (quote == '\0' && c is '\'' or '"') quote = c;
            else if (c == '\\' && quote != '\'' && i + 1 < line.Length) word.Append(line[++i]);
            else word.Append(c);
        }

        if (quote != '\0') throw new ControlException(ExitCode.Usage, $"--launcher-args: the quote {quote} is not closed in: {line}");
        if (inWord) arguments.Add(word.ToString());
        return arguments;
    }
}
