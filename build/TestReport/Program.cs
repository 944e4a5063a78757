// Reads the .trx files of one test run and closes it the way people and CI read it: what failed, what was skipped and why, and one line of counts.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Xml.Linq;

XNamespace trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";
string[] files = args.Length == 1 && Directory.Exists(args[0]) ? Directory.GetFiles(args[0], "*.trx", SearchOption.AllDirectories) : [];
if (files.Length == 0)
{
    Console.Error.WriteLine("testreport: no .trx file found; usage: testreport FOLDER");
    return 2;
}

int passed = 0;
var failed = new List<string>();
var skipped = new List<string>();
foreach (string file in files)
{
    foreach (XElement result in XDocument.Load(file).Descendants(trx + "UnitTestResult"))
    {
        string name = result.Attribute("testName")?.Value ?? "(unnamed)";
        string message = result.Descendants(trx + "Message").FirstOrDefault()?.Value.Trim() ?? "no reason given";
        switch (result.Attribute("outcome")?.Value)
        {
            case "Passed": passed++; break;
            case "NotExecuted": skipped.Add(message.Split('\n')[0]); break;
            default: failed.Add($"{name}: {message}"); break;
        }
    }
}

foreach (string failure in failed)
    Console.WriteLine($"FAILED  {failure}");
foreach (IGrouping<string, string> reason in skipped.GroupBy(reason => reason).OrderByDescending(group => group.Count()))
    Console.WriteLine($"skipped {reason.Count(),4}  {reason.Key}");
Console.WriteLine($"{passed} passed, {failed.Count} failed, {skipped.Count} skipped");
return failed.Count == 0 && passed > 0 ? 0 : 1;
