import Glibc
import Synchronization

/// Progress of a long run on stderr: one line that is rewritten on a terminal, now and then a new line
/// elsewhere, nothing when quiet.
///
///     let progress = ProgressLine("train", total: 1000)
///     progress.update(step: 10, "loss 3.21", "812 tokens/s")
///     progress.finish()
public final class ProgressLine: Sendable {
  /// Where and how it is shown.
  public enum Style: Sendable, Equatable {
    /// Nothing is written.
    case quiet
    /// Whole lines, at most one every ``ProgressLine/lineInterval``.
    case lines
    /// One rewritten line of the given width in columns.
    case terminal(width: Int, hasColor: Bool)

    /// What suits stderr: `quiet` when asked for, `terminal` where it is one, else `lines`. Colours are off
    /// where the environment has a `NO_COLOR` that is not empty, or `TERM` is `dumb`.
    public static func automatic(isQuiet: Bool) -> Style {
      if isQuiet { return .quiet }
      let terminal = getenv("TERM").map { String(cString: $0) }
      guard isatty(STDERR_FILENO) == 1, terminal != "dumb" else { return .lines }
      var size = winsize()
      let isKnown = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      let hasColor = getenv("NO_COLOR").map { $0.pointee == 0 } ?? true
      return .terminal(width: isKnown ? Int(size.ws_col) : 80, hasColor: hasColor)
    }
  }

  /// Least time between two rewrites on a terminal.
  public static let rewriteInterval = Duration.milliseconds(100)
  /// Least time between two lines elsewhere.
  public static let lineInterval = Duration.seconds(5)

  private struct State {
    var step = 0
    var firstStep: Int?
    var fields: [String] = []
    var lastShown: ContinuousClock.Instant?
    var shownStep: Int?
  }

  private let layout: ProgressLayout
  private let style: Style
  private let started = ContinuousClock.now
  private let write: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// A line for `title`.
  /// - Parameters:
  ///   - total: Steps in all, nil where unknown: then there is no bar and no time left.
  ///   - style: Where and how it is shown.
  ///   - write: Takes the text; stderr unless a test wants it.
  public init(
    _ title: String, total: Int? = nil, style: Style = .automatic(isQuiet: false),
    write: @escaping @Sendable (String) -> Void = ProgressLine.writeToStandardError
  ) {
    layout = ProgressLayout(title: title, total: total)
    self.style = style
    self.write = write
  }

  /// Says that `step` steps are done, with short texts to show beside; cheap to call at every step.
  public func update(step: Int, _ fields: String...) {
    guard style != .quiet else { return }
    let now = ContinuousClock.now
    state.withLock { state in
      // A resumed run counts the time of its own steps only.
      if state.firstStep == nil { state.firstStep = max(0, step - 1) }
      state.step = step
      state.fields = fields
      let interval = style == .lines ? Self.lineInterval : Self.rewriteInterval
      if let last = state.lastShown, now - last < interval { return }
      state.lastShown = now
      show(&state, at: now)
    }
  }

  /// Writes a message on its own line, above the progress on a terminal.
  public func message(_ text: String) {
    state.withLock { state in
      switch style {
      case .quiet: break
      case .lines: write(text + "\n")
      case .terminal:
        write("\r\u{1B}[K\(text)\n")
        state.lastShown = nil
      }
    }
  }

  /// Shows the last state and ends the line.
  public func finish() {
    guard style != .quiet else { return }
    state.withLock { state in
      guard state.firstStep != nil else { return }
      if style != .lines || state.shownStep != state.step { show(&state, at: ContinuousClock.now) }
      if style != .lines { write("\n") }
    }
  }

  /// Progress is a courtesy: what stderr does not take is lost.
  public static let writeToStandardError: @Sendable (String) -> Void = { text in
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  private func show(_ state: inout State, at now: ContinuousClock.Instant) {
    state.shownStep = state.step
    let done = state.step - (state.firstStep ?? 0)
    let remaining = layout.remaining(step: state.step, done: done, elapsed: now - started)
    switch style {
    case .quiet: break
    case .lines: write(layout.plain(step: state.step, state.fields, remaining) + "\n")
    case .terminal(let width, let hasColor):
      let line = layout.line(step: state.step, state.fields, remaining, width: width, hasColor: hasColor)
      write("\r\(line)\u{1B}[K")
    }
  }
}
