import LMData
import LMRuntime
import LMTokenizer

/// Documents of invented words, and a WordPiece tokenizer that cuts many of them into pieces.
struct SampleTexts {
  let tokenizer: Tokenizer
  let stream: TokenStream

  /// `count` documents of `words` words, or of random lengths below that.
  init(documents count: Int, words: Int, isRagged: Bool = false) throws {
    var random = RandomStream(seed: 8)
    let syllables = ["ba", "ke", "lo", "mi", "su", "ra", "ton", "vel"]
    let documents = (0..<count).map { _ in
      (0..<(isRagged ? random.uniform(below: words + 1) : words)).map { _ in
        (0...random.uniform(below: 4)).map { _ in syllables[random.uniform(below: 8)] }.joined()
      }.joined(separator: " ")
    }
    tokenizer = try WordPieceTrainer(vocabularySize: 90).tokenizer { add in
      for document in documents { Array(document.utf8).withUnsafeBufferPointer(add) }
    }
    stream = try TokenStream.encode(TextSource(documents.map { TextDocument($0) }), with: tokenizer)
  }

  func id(_ token: String) -> Int32 { tokenizer.id(token) ?? -1 }

  /// Batches, or an error.
  func sampler(
    _ masking: Objective.Masking = Objective.Masking(), sequences: Int = 4, tokens: Int = 20, seed: UInt64 = 1
  ) throws -> MaskedBatchSampler {
    try MaskedBatchSampler(stream, masking, tokenizer, sequences: sequences, tokens: tokens, seed: seed)
  }
}

extension TokenBatch {
  /// The sequences with what was hidden put back.
  var restored: [[Int32]] {
    var start = 0
    return lengths.map { length in
      defer { start += length }
      return (start..<start + length).map { targets[$0] < 0 ? ids[$0] : targets[$0] }
    }
  }
}
