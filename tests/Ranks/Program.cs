using HpcVirt.Ranks.Harness;
using HpcVirt.Ranks.Programs;

// Under mpirun or mpiexec, launched by tests/Ranks.Tests:
//   ranks CASES-FILE RESULTS-FOLDER SECONDS-PER-CASE    runs rank cases, many in one job
//   ranks program NAME ARGUMENTS...                     runs one whole program, which may die on purpose
return args is ["program", .. var rest] ? TestPrograms.Run(rest) : RankProgram.Run(args);
