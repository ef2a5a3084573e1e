import Glibc
import LMFuzz
import LMRuntime

/// A child: runs some inputs of a format, and says before each which one it is.
enum FuzzChild {
  /// What a child may ask the system for; more ends it.
  private static let memoryLimit: rlim_t = 2 << 30

  /// `FORMAT SEED FIRST END`, with the file for the current number as standard input.
  static func run(_ arguments: [String]) throws {
    guard arguments.count == 4, let format = FuzzFormat.all.first(where: { $0.name == arguments[0] }),
      let seed = UInt64(arguments[1]), let first = Int(arguments[2]), let end = Int(arguments[3]),
      first <= end
    else { exit(64) }
    var limit = rlimit(rlim_cur: memoryLimit, rlim_max: memoryLimit)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    let progress = try FuzzProgress(descriptor: STDIN_FILENO)
    if let (number, fault) = try format.firstFault(seed: seed, numbers: first..<end, progress: progress.set) {
      progress.set(number)
      print("  \(format.name) \(number): \(fault)")
      exit(1)
    }
    progress.set(end)
  }
}

/// The number of the input at hand, in memory that parent and child share.
final class FuzzProgress {
  let descriptor: Int32
  private let memory: UnsafeMutablePointer<Int>

  /// Memory without a name.
  convenience init() throws(LMError) {
    var template = Array("/dev/shm/lm-fuzz-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw LMError(at: "/dev/shm", "cannot be written to", remedy: "mount it") }
    unlink(template)
    try self.init(descriptor: descriptor)
  }

  /// The memory behind `descriptor`.
  init(descriptor: Int32) throws(LMError) {
    let size = MemoryLayout<Int>.size
    guard ftruncate(descriptor, size) == 0,
      let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), base != MAP_FAILED
    else { throw LMError(at: "/dev/shm", "cannot be mapped", remedy: "run lm-fuzz without --child") }
    self.descriptor = descriptor
    memory = base.assumingMemoryBound(to: Int.self)
  }

  deinit {
    munmap(memory, MemoryLayout<Int>.size)
    close(descriptor)
  }

  /// The number that was set last.
  var number: Int { UnsafeMutableRawPointer(memory).load(as: Int.self) }

  /// Says which input comes now.
  func set(_ number: Int) { memory.pointee = number }
}
