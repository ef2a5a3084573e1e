/// WordPiece (Schuster and Nakajima 2012; Devlin et al., arXiv 1810.04805): a word is the longest token at its
/// start, then the longest that continues it, and so on; a word that does not come out is the unknown token.
package final class WordPieceModel: Sendable {
  package let vocabulary: Vocabulary
  package let unknownID: Int32
  /// What marks a token that continues a word, `##`.
  package let continuingPrefix: String
  /// Words of more code points are unknown.
  package let longestWord: Int
  let modelCount: Int
  /// Tokens that begin words, and those that continue them, without their prefix.
  let beginnings: DoubleArrayTrie
  let continuations: DoubleArrayTrie

  /// A model of the ids below `modelCount` in `vocabulary`.
  package init(
    vocabulary: Vocabulary, modelCount: Int, unknownID: Int32, continuingPrefix: String = "##",
    longestWord: Int = 100
  ) {
    self.vocabulary = vocabulary
    self.modelCount = modelCount
    self.unknownID = unknownID
    self.continuingPrefix = continuingPrefix
    self.longestWord = longestWord
    let prefix = Array(continuingPrefix.utf8)
    let tokens = (0..<modelCount).map { (key: vocabulary[$0], value: Int32($0)) }
    beginnings = DoubleArrayTrie(tokens)
    continuations = DoubleArrayTrie(
      tokens.filter { $0.key.starts(with: prefix) }.map { ($0.key.dropFirst(prefix.count), $0.value) })
  }
}

/// Takes words apart; used by one thread at a time.
final class WordPieceWorker: PieceWorker {
  private let model: WordPieceModel
  private var tokens: [TokenLength] = []

  init(_ model: WordPieceModel) { self.model = model }

  func encode(_ piece: TextCursor, into output: inout TokenBuffer) {
    for token in encodeWithLengths(piece) { output.append(token.id) }
  }

  func encodeWithLengths(_ piece: TextCursor) -> [TokenLength] {
    tokens.removeAll(keepingCapacity: true)
    if isTooLong(piece) || !takeApart(piece) {
      return [TokenLength(id: model.unknownID, start: 0, end: piece.count)]
    }
    return tokens
  }

  private func isTooLong(_ piece: TextCursor) -> Bool {
    if piece.count <= model.longestWord { return false }
    var codePoints = 0
    var index = 0
    while index < piece.count, codePoints <= model.longestWord {
      index += piece.codePoint(index).length
      codePoints += 1
    }
    return codePoints > model.longestWord
  }

  private func takeApart(_ piece: TextCursor) -> Bool {
    var start = 0
    while start < piece.count {
      let trie = start == 0 ? model.beginnings : model.continuations
      guard let match = trie.longestMatch(in: piece, at: start) else { return false }
      tokens.append(TokenLength(id: match.value, start: start, end: match.end))
      start = match.end
    }
    return true
  }
}
