import LMRuntime

/// Ends a streamed text at the first of some stop texts, of which nothing is let through.
///
/// Works on bytes, so that pieces may end inside a character. What might be the beginning of a stop text is
/// held back until it is certain; the result does not depend on how the text is cut into pieces.
public struct StopTexts: Sendable {
  /// One stop text with the state of a Knuth–Morris–Pratt search.
  private struct Pattern: Sendable {
    let bytes: [UInt8]
    /// `fallback[n]`: length of the longest proper prefix that is a suffix of the first n + 1 bytes.
    let fallback: [Int]
    /// Length of the longest prefix that the text ends with.
    var matched = 0

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      var fallback = [0]
      for index in 1..<max(1, bytes.count) {
        var length = fallback[index - 1]
        while length > 0, bytes[index] != bytes[length] { length = fallback[length - 1] }
        fallback.append(bytes[index] == bytes[length] ? length + 1 : 0)
      }
      self.fallback = fallback
    }

    mutating func append(_ byte: UInt8) {
      while matched > 0, byte != bytes[matched] { matched = fallback[matched - 1] }
      if byte == bytes[matched] { matched += 1 }
    }
  }

  private var patterns: [Pattern]
  private var held: [UInt8] = []
  /// True from the moment a stop text was complete; nothing more comes out then.
  public private(set) var isStopped = false

  /// Stops at any of `texts`; at none where there are none.
  /// - Throws: ``LMError`` of kind `usage` where one of them is empty.
  public init(_ texts: [String]) throws(LMError) {
    guard !texts.contains(where: \.isEmpty) else {
      throw LMError(
        .usage, at: "--stop", "is an empty text", remedy: "give the text at which to stop, or no --stop")
    }
    patterns = texts.map { Pattern(Array($0.utf8)) }
  }

  /// Takes the next bytes of the text and returns those that may be shown now.
  ///
  /// The stop text that is complete first counts; of several that end with the same byte, the longest.
  /// - Complexity: O(bytes · stop texts), amortised.
  public mutating func append(_ piece: some Sequence<UInt8>) -> [UInt8] {
    guard !isStopped else { return [] }
    for byte in piece {
      held.append(byte)
      var complete = 0
      for index in patterns.indices {
        patterns[index].append(byte)
        if patterns[index].matched == patterns[index].bytes.count {
          complete = max(complete, patterns[index].matched)
        }
      }
      if complete > 0 {
        isStopped = true
        return release(keeping: complete)
      }
    }
    return release(keeping: patterns.reduce(0) { max($0, $1.matched) })
  }

  /// The bytes that were held back, at the end of the text; none after a stop.
  public mutating func finish() -> [UInt8] {
    defer { for index in patterns.indices { patterns[index].matched = 0 } }
    return isStopped ? [] : release(keeping: 0)
  }

  private mutating func release(keeping count: Int) -> [UInt8] {
    let text = held.dropLast(count)
    held.removeFirst(text.count)
    return Array(text)
  }
}
