import Glibc
import LMFuzz
import LMRuntime

/// Starts children, watches them, and reports the inputs that end them.
enum FuzzParent {
  /// A child that does not move on for so long is ended; it finds what takes over a second itself.
  private static let stallSeconds = 20.0
  /// After so many faults a format is given up.
  private static let faultLimit = 20

  private struct Child {
    let process: pid_t
    let progress: FuzzProgress
    let end: Int
    var lastNumber: Int
    var lastMove: ContinuousClock.Instant
  }

  /// Runs all formats; returns the number of faults.
  static func run(_ options: FuzzOptions) throws(LMError) -> Int {
    var total = 0
    for format in options.formats {
      let clock = ContinuousClock()
      let start = clock.now
      let faults = try run(format, options, clock)
      let seconds =
        Double((clock.now - start).components.seconds) + 1e-3
        + Double((clock.now - start).components.attoseconds) * 1e-18
      print(
        "\(format.name): \(options.runs) inputs, \(faults) faults, \(Int(Double(options.runs) / seconds)) inputs/s"
      )
      fflush(nil)
      total += faults
    }
    return total
  }

  private static func run(
    _ format: FuzzFormat, _ options: FuzzOptions, _ clock: ContinuousClock
  ) throws(LMError) -> Int {
    let share = (options.runs + options.jobs - 1) / options.jobs
    var children: [Child] = []
    for first in stride(from: 0, to: options.runs, by: share) {
      children.append(try spawn(format, options, first..<min(options.runs, first + share), clock))
    }
    var faults = 0
    while !children.isEmpty {
      usleep(20_000)
      for index in children.indices.reversed() {
        guard let (reason, number) = ended(&children[index], clock) else { continue }
        let child = children.remove(at: index)
        if number >= child.end, reason == nil { continue }
        faults += 1
        print("  \(format.name) \(number): \(reason ?? "ended early"); \(try options.write(format, number))")
        if number + 1 < child.end, faults < faultLimit {
          children.append(try spawn(format, options, number + 1..<child.end, clock))
        }
      }
    }
    return faults
  }

  /// Nil while the child runs, else why it ended (nil: as it should) and the input that it was at.
  private static func ended(_ child: inout Child, _ clock: ContinuousClock) -> (String?, Int)? {
    var status: Int32 = 0
    if waitpid(child.process, &status, WNOHANG) == child.process {
      let signal = status & 0x7F
      let code = status >> 8 & 0xFF
      let reason = signal != 0 ? "ends the process with signal \(signal)" : code != 0 ? "is a fault" : nil
      return (reason, child.progress.number)
    }
    if child.progress.number != child.lastNumber {
      child.lastNumber = child.progress.number
      child.lastMove = clock.now
    } else if clock.now - child.lastMove > .seconds(stallSeconds) {
      kill(child.process, SIGKILL)
      waitpid(child.process, &status, 0)
      return ("takes over \(stallSeconds) s", child.progress.number)
    }
    return nil
  }

  private static func spawn(
    _ format: FuzzFormat, _ options: FuzzOptions, _ numbers: Range<Int>, _ clock: ContinuousClock
  ) throws(LMError) -> Child {
    let progress = try FuzzProgress()
    progress.set(numbers.lowerBound)
    let arguments = [
      "/proc/self/exe", "--child", format.name, "\(options.seed)", "\(numbers.lowerBound)",
      "\(numbers.upperBound)",
    ]
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    defer { pointers.forEach { free($0) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, progress.descriptor, STDIN_FILENO)
    var process = pid_t()
    guard posix_spawn(&process, "/proc/self/exe", &actions, nil, &pointers, environ) == 0 else {
      throw .system(errno, at: "/proc/self/exe", "start a child")
    }
    return Child(
      process: process, progress: progress, end: numbers.upperBound, lastNumber: numbers.lowerBound,
      lastMove: clock.now)
  }
}
