import Glibc
import Synchronization

/// Whether the person (Ctrl-C, SIGINT) or the system (SIGTERM) has asked the program to stop.
///
/// The first signal only sets a flag; loops ask for it, finish their step, save and leave with
/// ``Signal/exitCode``. A second signal ends the process at once with that code.
public enum StopRequest {
  /// A signal that asks to stop.
  public enum Signal: Int32, Sendable {
    /// Ctrl-C.
    case interrupt = 2
    /// From `kill`, a container or the system's shut-down.
    case terminate = 15

    /// What the shell reports of a program that this signal ended: 130 or 143.
    public var exitCode: Int32 { 128 + rawValue }
  }

  /// The number of the first signal, 0 before.
  private static let received = Atomic<Int32>(0)

  /// Begins to listen. Also makes a write beyond the file-size limit an error instead of a signal.
  ///
  /// Call it once before starting threads; further calls change nothing.
  public static func install() {
    // A global is initialised at its first use, which must not happen in the handler: that may allocate.
    _ = received.load(ordering: .relaxed)
    for number in [Signal.interrupt.rawValue, Signal.terminate.rawValue] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { StopRequest.handle($0) }
      // Reads and writes go on after the handler instead of failing with EINTR.
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
    }
    Glibc.signal(SIGXFSZ, SIG_IGN)
  }

  /// The first signal that came, nil while none did. One atomic load.
  public static var signal: Signal? { Signal(rawValue: received.load(ordering: .relaxed)) }

  /// True once a signal came.
  public static var isRaised: Bool { signal != nil }

  /// Takes an interrupt back, once what it was meant for has stopped: the next Ctrl-C counts as the first.
  /// SIGTERM stays.
  public static func acknowledgeInterrupt() {
    _ = received.compareExchange(expected: Signal.interrupt.rawValue, desired: 0, ordering: .relaxed)
  }

  /// Runs in the signal handler: touches one atomic and calls `_exit`, both safe there.
  private static func handle(_ number: Int32) {
    let isFirst = received.compareExchange(expected: 0, desired: number, ordering: .relaxed).exchanged
    if !isFirst { _exit(128 + number) }
  }
}
