import Glibc

/// Makes tokens less likely that would go on with a repetition ("don't repeat yourself", llama.cpp, after
/// github.com/oobabooga/text-generation-webui/pull/5677).
///
/// Where the last n tokens stand earlier in the text, and token t follows them there, t loses
/// multiplier · base^(n − allowed) from n = allowed on; n is the longest such run, and does not reach back over a
/// sequence breaker.
public struct DRYPenalty: Sendable, Equatable {
  /// Strength; 0 turns it off.
  public var multiplier: Float = 0
  /// Growth with each further token; above 1 where it is to grow, at least 1.
  public var base: Float = 1.75
  /// The shortest repetition that is penalised, in tokens.
  public var allowedLength = 2
  /// How many tokens back it looks; -1 means all, 0 turns it off.
  public var window = -1
  /// Where repetitions begin anew.
  public var breakers = SequenceBreakers()

  /// llama.cpp's defaults: off, base 1.75, from 2 tokens on, no breakers.
  public init() {}

  /// What each token that would go on with a repetition loses.
  /// - Complexity: O(window).
  func penalties(_ history: [Int32]) -> [Int32: Float] {
    guard multiplier != 0, window != 0 else { return [:] }
    let recent = Array((window < 0 ? history[...] : history.suffix(window)).reversed())
    guard recent.count > allowedLength else { return [:] }
    let limit = breakers.tokensSinceBreaker(recent)
    guard limit >= allowedLength else { return [:] }
    var longest: [Int32: Int] = [:]
    for (index, length) in Self.prefixMatches(recent).enumerated().dropFirst() {
      let length = min(length, limit)
      if length >= allowedLength { longest[recent[index - 1]] = max(longest[recent[index - 1]] ?? 0, length) }
    }
    // Beyond the largest power that is finite the penalty stays what it is.
    let most = base > 1 ? log(Float.greatestFiniteMagnitude) / log(base) : .infinity
    return longest.mapValues { multiplier * pow(base, min(Float($0 - allowedLength), most.rounded(.down))) }
  }

  /// Changes the scores of all tokens.
  /// - Parameter logits: `[V]`.
  func apply(to logits: UnsafeMutableBufferPointer<Float>, history: [Int32]) {
    for (id, penalty) in penalties(history) where logits.indices.contains(Int(id)) {
      logits[Int(id)] -= penalty
    }
  }

  /// Changes the scores of candidates.
  func apply(to scores: inout TokenScores, history: [Int32]) {
    let penalties = penalties(history)
    guard !penalties.isEmpty else { return }
    for (index, candidate) in scores.candidates.enumerated() {
      scores.candidates[index].score -= penalties[candidate.id] ?? 0
    }
    scores.isSorted = false
  }

  /// For each position, how many values from there on are equal to those from the beginning on (the Z-function;
  /// Gusfield, "Algorithms on Strings, Trees, and Sequences", 1997).
  private static func prefixMatches(_ values: [Int32]) -> [Int] {
    var matches = [Int](repeating: 0, count: values.count)
    var (left, right) = (0, 0)
    for index in values.indices.dropFirst() {
      var length = index < right ? min(matches[index - left], right - index) : 0
      while index + length < values.count, values[length] == values[index + length] { length += 1 }
      matches[index] = length
      if index + length > right { (left, right) = (index, index + length) }
    }
    return matches
  }
}
