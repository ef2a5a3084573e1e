/// Times of repeated runs of one piece of work, in seconds.
public struct RepeatedTiming: Sendable, Equatable {
  /// Shortest time.
  public let best: Double
  /// Time in the middle; of an even number of runs the longer of the two.
  public let median: Double

  /// The best and the median of `seconds`, which must not be empty.
  public init(_ seconds: [Double]) {
    let sorted = seconds.sorted()
    precondition(!sorted.isEmpty, "RepeatedTiming: no times")
    best = sorted[0]
    median = sorted[sorted.count / 2]
  }

  /// Seconds that `body` takes once.
  public static func seconds(_ body: () -> Void) -> Double {
    let components = ContinuousClock().measure(body).components
    return Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }

  /// Runs `reset` (not timed) and `body` (timed), once to warm up and then until `least` seconds of timed
  /// work and five runs are done.
  public static func measure(
    least: Double = 0.06, reset: () -> Void = {}, _ body: () -> Void
  ) -> RepeatedTiming {
    reset()
    body()
    var times: [Double] = []
    var total = 0.0
    while times.count < 5 || total < least {
      reset()
      let time = seconds(body)
      times.append(time)
      total += time
    }
    return RepeatedTiming(times)
  }
}
