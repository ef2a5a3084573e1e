import LMRuntime
import LMTokenizer

/// Hides tokens of a sequence (Devlin et al., arXiv 1810.04805): of those that are chosen, 80 % become the mask, 10 %
/// another token, and 10 % stay.
///
/// Of n tokens that may be chosen, p · n are, rounded up or down at random so that the mean is exact. With whole words
/// the pieces of a word are chosen together, word after word in a random order as long as they fit.
public struct TokenMasker: Sendable {
  private let probability: Double
  private let isWholeWord: Bool
  private let maskID: Int32
  /// Ids that text may have, which are those that are not special.
  private let ordinary: [Int32]
  /// By id.
  private let isSpecial: [Bool]
  private let continuesWord: [Bool]

  /// A masker for texts of `tokenizer`.
  /// - Throws: ``LMError`` where the tokenizer has no mask, or the probability is not between 0 and 1.
  public init(_ masking: Objective.Masking, _ tokenizer: Tokenizer) throws(LMError) {
    guard masking.probability > 0, masking.probability < 1 else {
      throw LMError(
        .usage, at: "--mask-probability", "is \(masking.probability)",
        remedy: "use a number above 0 and below 1, usually 0.15")
    }
    guard let maskID = tokenizer.maskID else {
      throw LMError(
        at: "the tokenizer", "has no special token [MASK] or <mask>",
        remedy: "use the tokenizer of an encoder, or --tokenizer train with --family bert")
    }
    self.maskID = maskID
    probability = masking.probability
    isWholeWord = masking.isWholeWord
    let ids = 0..<Int32(tokenizer.vocabularySize)
    isSpecial = ids.map { tokenizer.isSpecial($0) || tokenizer.token($0) == nil }
    continuesWord = ids.map { tokenizer.continuesWord($0) }
    ordinary = ids.filter { [isSpecial] in !isSpecial[Int($0)] }
  }

  /// Hides tokens of `ids` in place.
  /// - Returns: `[ids.count]` what stood where a token is to be predicted, and -1 elsewhere.
  public func mask(_ ids: inout [Int32], _ random: inout RandomStream) -> [Int32] {
    var targets = [Int32](repeating: -1, count: ids.count)
    for place in chosen(ids, &random) {
      targets[place] = ids[place]
      switch random.uniform(below: 10) {
      case 0..<8: ids[place] = maskID
      case 8: ids[place] = ordinary[random.uniform(below: ordinary.count)]
      default: break
      }
    }
    return targets
  }

  /// Places of tokens that are to be predicted, in ascending order.
  private func chosen(_ ids: [Int32], _ random: inout RandomStream) -> [Int] {
    var words = words(ids)
    let count = words.reduce(0) { $0 + $1.count }
    let limit = Int(probability * Double(count) + random.uniformDouble())
    random.shuffle(&words)
    var places: [Int] = []
    for word in words where places.count + word.count <= limit {
      places += word
      if places.count == limit { break }
    }
    return places.sorted()
  }

  /// Places that are chosen together: tokens, or words. Special tokens are in none.
  private func words(_ ids: [Int32]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    for (place, id) in ids.enumerated() where !isSpecial[Int(id)] {
      if isWholeWord, continuesWord[Int(id)], let last = words.last, last.upperBound == place {
        words[words.count - 1] = last.lowerBound..<place + 1
      } else {
        words.append(place..<place + 1)
      }
    }
    return words
  }
}
