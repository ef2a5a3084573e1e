/// The text of a progress line.
struct ProgressLayout: Sendable {
  let title: String
  let total: Int?
  private static let barWidth = 20

  /// Estimate of the time left from `done` steps in `elapsed`, nil where nothing is known.
  func remaining(step: Int, done: Int, elapsed: Duration) -> Duration? {
    guard let total, done > 0, step <= total else { return nil }
    return elapsed * (Double(total - step) / Double(done))
  }

  /// The line without bar: `train 10/1000  loss 3.21  2:05 left`.
  func plain(step: Int, _ fields: [String], _ remaining: Duration?) -> String {
    let count = total.map { "\(step)/\($0)" } ?? "\(step)"
    let left = remaining.map { ["\(Self.clock($0)) left"] } ?? []
    return (["\(title) \(count)"] + fields + left).joined(separator: "  ")
  }

  /// The line for a terminal, cut to less than `width` columns so that it never wraps.
  func line(
    step: Int, _ fields: [String], _ remaining: Duration?, width: Int, hasColor: Bool
  ) -> String {
    let text = plain(step: step, fields, remaining)
    guard let total, total > 0, text.count + Self.barWidth + 4 <= width else {
      return String(text.prefix(max(0, width - 1)))
    }
    let share = min(max(Double(step) / Double(total), 0), 1)
    let filled = Int(share * Double(Self.barWidth))
    let full = String(repeating: "█", count: filled)
    let rest = String(repeating: "░", count: Self.barWidth - filled)
    return (hasColor ? "\u{1B}[32m\(full)\u{1B}[0m\(rest)" : full + rest) + " " + text
  }

  /// `0:07`, `12:05` or `3:04:05`.
  static func clock(_ duration: Duration) -> String {
    let seconds = max(0, Int(clamping: duration.components.seconds))
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? "\(hours):\(padded(minutes)):\(padded(seconds % 60))" : "\(minutes):\(padded(seconds % 60))"
  }
}
