import Glibc

/// Highest resident memory of this program so far, mapped files included; 0 where the system does not tell.
///
/// Not that of `getrusage`, which begins with the peak of the process that started this one.
func peakMemoryInMiB() -> Int {
  let file = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return 0 }
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 8192)
  let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
  let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
  let peak = lines.first { $0.hasPrefix("VmHWM:") }?.split { !$0.isNumber }.first
  return (peak.flatMap { Int($0) } ?? 0) / 1024
}
