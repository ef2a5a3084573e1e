import LMData
import LMRuntime
import LMTokenizer

/// A text as ids, with what is needed to say how well it is predicted.
public struct EvaluationText: Sendable, Equatable {
  /// `[N]` ids.
  public let ids: [Int32]
  /// Length of the text in bytes; 0 where it is unknown.
  public let byteCount: Int
  /// The token at the start, which stands for no text; nil where there is none.
  public let begin: Int32?

  /// A text of known ids.
  public init(ids: [Int32], byteCount: Int, begin: Int32?) {
    self.ids = ids
    self.byteCount = byteCount
    self.begin = begin
  }

  /// Encodes the documents of `source` one behind the other. Where the tokenizer begins a text with a token, every
  /// document begins with it; else its end-of-sequence token, where it has one, stands between documents.
  /// - Throws: ``LMError`` where a document has 2 GiB or more.
  public init(_ source: TextSource, with tokenizer: Tokenizer) throws(LMError) {
    begin = tokenizer.beginOfText
    byteCount = source.byteCount
    var ids: [Int32] = []
    for (index, document) in source.documents.enumerated() {
      if let begin { ids.append(begin) } else if index > 0, let end = tokenizer.eosID { ids.append(end) }
      ids += try document.withBytes { bytes throws(LMError) in
        try tokenizer.encode(bytes: bytes, addSpecialTokens: false, threads: .shared)
      }
    }
    self.ids = ids
  }
}

extension Tokenizer {
  /// The token that a text begins with: what the tokenizer puts there itself, else its begin-of-sequence token
  /// where that is another one than its end-of-sequence token (GPT-2 has one for both, and reads texts without).
  public var beginOfText: Int32? {
    if let first = template.prefix.first { return first }
    return bosID == eosID ? nil : bosID
  }
}
