/// A part of a text that the model reads at once, and the tokens of it that count.
public struct ScoringWindow: Sendable, Equatable {
  /// The ids that are read, as places in the text.
  public let range: Range<Int>
  /// Places of the tokens whose probability counts; each has at least one token of `range` before it.
  public let scored: Range<Int>
}

/// How a text longer than the model's context is cut into windows.
public struct WindowSettings: Sendable, Equatable {
  /// Which tokens of a window count.
  public enum Kind: String, Sendable, CaseIterable {
    /// Every token counts once, in the window where it has the most tokens before it: those of "Perplexity of
    /// fixed-length models" in transformers' documentation.
    case strided
    /// Windows side by side, of each the second half but its first token: those of llama.cpp's
    /// `llama-perplexity`. What is left behind the last whole window does not count.
    case halfContext = "half-context"
  }

  /// Which tokens count.
  public var kind: Kind
  /// Tokens of a window, at least 2.
  public var length: Int
  /// From the start of one window to the next, 1 to `length`; only of strided windows.
  public var stride: Int

  /// Windows of `length` tokens; where no stride is given, each begins in the middle of the one before.
  public init(_ kind: Kind = .strided, length: Int, stride: Int? = nil) {
    self.kind = kind
    self.length = length
    self.stride = stride ?? max(1, length / 2)
  }

  /// The windows of a text of `count` tokens, in order.
  /// - Complexity: O(windows).
  public func windows(of count: Int) -> [ScoringWindow] {
    precondition(length > 1 && (1...length).contains(stride), "WindowSettings: \(length), stride \(stride)")
    return kind == .strided ? stridedWindows(count) : halves(count)
  }

  private func stridedWindows(_ count: Int) -> [ScoringWindow] {
    var windows: [ScoringWindow] = []
    var (start, scored) = (0, 0)
    while scored < count {
      let end = min(start + length, count)
      // The first token of a window has nothing before it.
      let range = max(scored, start + 1)..<max(end, start + 1)
      if !range.isEmpty { windows.append(ScoringWindow(range: start..<end, scored: range)) }
      scored = end
      start += stride
    }
    return windows
  }

  private func halves(_ count: Int) -> [ScoringWindow] {
    (0..<count / length).compactMap { index in
      let range = index * length..<(index + 1) * length
      let scored =
        range.lowerBound + length / 2 + 1..<max(range.upperBound, range.lowerBound + length / 2 + 1)
      return scored.isEmpty ? nil : ScoringWindow(range: range, scored: scored)
    }
  }
}
