/// How much of the held-out split is also in the training split.
package struct Overlap: Encodable, Sendable {
  /// Held-out documents that equal a training document.
  package let duplicateDocuments: Int
  /// Documents that equal another one of their own split.
  package let repeatedDocuments: Int
  /// Tokens (words in English, characters in Chinese) in a window.
  package let window: Int
  /// The share of held-out windows that occur in the training split.
  package let sharedWindows: Double

  package init(train: [String], heldout: [String], language: Grammar.Language) {
    let known = Set(train)
    duplicateDocuments = heldout.count { known.contains($0) }
    repeatedDocuments = train.count - known.count + heldout.count - Set(heldout).count
    let size = language == .english ? 13 : 20
    var seen: Set<[Substring]> = []
    for text in train { seen.formUnion(windows(text, size, language)) }
    let all = heldout.flatMap { windows($0, size, language) }
    window = size
    sharedWindows = rounded(Double(all.count { seen.contains($0) }) / Double(max(all.count, 1)), places: 4)
  }
}

private func windows(_ text: String, _ size: Int, _ language: Grammar.Language) -> [[Substring]] {
  let tokens =
    language == .english
    ? text.split(whereSeparator: \.isWhitespace)
    : text.indices.map { text[$0...$0] }
  guard tokens.count >= size else { return [] }
  return (0...tokens.count - size).map { Array(tokens[$0..<$0 + size]) }
}
