using HpcVirt.Ranks.Harness;

// Runs rank cases inside an MPI job: `ranks CASES-FILE RESULTS-FOLDER SECONDS-PER-CASE`. Launched by tests/Ranks.Tests under mpirun or mpiexec.
return RankProgram.Run(args);
