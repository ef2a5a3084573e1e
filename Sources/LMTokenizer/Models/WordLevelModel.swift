/// A dictionary: every piece is a token or unknown.
package final class WordLevelModel: Sendable {
  package let vocabulary: Vocabulary
  /// What an unknown piece becomes; nil drops it.
  package let unknownID: Int32?
  /// The name of the unknown token in a file, which the vocabulary need not have.
  package let unknownName: String
  let modelCount: Int

  /// A model of the ids below `modelCount` in `vocabulary`.
  package init(vocabulary: Vocabulary, modelCount: Int, unknownID: Int32?, unknownName: String = "<unk>") {
    self.vocabulary = vocabulary
    self.modelCount = modelCount
    self.unknownID = unknownID
    self.unknownName = unknownName
  }
}

/// Looks pieces up; used by one thread at a time.
final class WordLevelWorker: PieceWorker {
  private let model: WordLevelModel

  init(_ model: WordLevelModel) { self.model = model }

  func encode(_ piece: TextCursor, into output: inout TokenBuffer) {
    for token in encodeWithLengths(piece) { output.append(token.id) }
  }

  func encodeWithLengths(_ piece: TextCursor) -> [TokenLength] {
    guard let id = model.vocabulary.id(of: piece.buffer) ?? model.unknownID else { return [] }
    return [TokenLength(id: id, start: 0, end: piece.count)]
  }
}
