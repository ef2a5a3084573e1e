import Glibc

/// Highest resident memory of this process so far.
func peakMemoryInMiB() -> Int {
  var usage = rusage()
  getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss / 1024
}
