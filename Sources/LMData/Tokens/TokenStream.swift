import Glibc
import LMRuntime
import LMTokenizer

/// The ids of all texts, one behind the other.
///
/// Where the tokenizer has a begin-of-sequence token, it stands before every document; else its
/// end-of-sequence token, where it has one, stands behind every document.
public struct TokenStream: Sendable {
  /// `[N]` ids in 0 ..< V.
  public let ids: [Int32]
  /// Length of the texts in bytes.
  public let byteCount: Int
  /// The ids of each text, without the special tokens between them.
  public let documents: [Range<Int>]

  /// Ids that were made from `byteCount` bytes of text.
  /// - Parameter documents: ranges of `ids`; nil takes all of them for one text.
  public init(ids: [Int32], byteCount: Int, documents: [Range<Int>]? = nil) {
    self.ids = ids
    self.byteCount = byteCount
    self.documents = documents ?? [0..<ids.count]
  }

  /// Encodes the documents of `source`; what looks like a special token in them is text.
  /// - Parameter pool: Shares the work; the ids do not depend on it.
  /// - Throws: ``LMError`` where a document has 2 GiB or more.
  /// - Complexity: as the tokenizer's, and 4 bytes of memory per id.
  public static func encode(
    _ source: TextSource, with tokenizer: Tokenizer, pool: ThreadPool = .shared
  ) throws(LMError) -> TokenStream {
    var ids: [Int32] = []
    var documents: [Range<Int>] = []
    ids.reserveCapacity(source.byteCount / 4 + source.documents.count)
    // Waves bound the memory of ids that wait for their place.
    for wave in source.groups(bytes: groupSize).chunked(groupsPerWave) {
      for part in encode(wave, of: source, tokenizer, pool) {
        let part = try part.get()
        documents += part.documents.map { $0.lowerBound + ids.count..<$0.upperBound + ids.count }
        ids += part.ids
      }
    }
    return TokenStream(ids: ids, byteCount: source.byteCount, documents: documents)
  }

  /// Bits per byte of the text, which unlike nats per token compares between tokenizers:
  /// loss · N / (bytes · ln 2).
  /// - Parameter loss: Mean cross-entropy over these ids, in nats per token.
  public func bitsPerByte(loss: Double) -> Double {
    loss * Double(ids.count) / (Double(byteCount) * log(2))
  }

  /// Bytes of text that are worth a part of their own.
  private static let groupSize = 256 << 10
  private static let groupsPerWave = 64

  /// The ids of each group of documents. A group of one long document is shared out by the tokenizer.
  private static func encode(
    _ groups: ArraySlice<Range<Int>>, of source: TextSource, _ tokenizer: Tokenizer, _ pool: ThreadPool
  ) -> [Result<Part, LMError>] {
    var results = [Result<Part, LMError>](repeating: .success(Part()), count: groups.count)
    let isLong = groups.map { $0.count == 1 && source.documents[$0.lowerBound].byteCount >= 2 * groupSize }
    results.withUnsafeMutableBufferPointer { results in
      pool.run(groups.count) { part, _ in
        guard !isLong[part] else { return }
        results[part] = encode(source.documents[groups[groups.startIndex + part]], tokenizer, nil)
      }
      for part in results.indices where isLong[part] {
        results[part] = encode(source.documents[groups[groups.startIndex + part]], tokenizer, pool)
      }
    }
    return results
  }

  private static func encode(
    _ documents: ArraySlice<TextDocument>, _ tokenizer: Tokenizer, _ pool: ThreadPool?
  ) -> Result<Part, LMError> {
    Result { () throws(LMError) in
      var part = Part()
      for document in documents {
        if let begin = tokenizer.bosID { part.ids.append(begin) }
        let start = part.ids.count
        part.ids += try document.withBytes { bytes throws(LMError) in
          try tokenizer.encode(bytes: bytes, addSpecialTokens: false, threads: pool)
        }
        part.documents.append(start..<part.ids.count)
        if tokenizer.bosID == nil, let end = tokenizer.eosID { part.ids.append(end) }
      }
      return part
    }
  }

  /// The ids of some documents, and where each of them lies there.
  private struct Part {
    var ids: [Int32] = []
    var documents: [Range<Int>] = []
  }
}

extension TextSource {
  /// Consecutive documents that together have about `bytes` bytes or more.
  fileprivate func groups(bytes: Int) -> [Range<Int>] {
    var groups: [Range<Int>] = []
    var (start, sum) = (0, 0)
    for (index, document) in documents.enumerated() {
      if sum > 0, sum + document.byteCount > bytes {
        groups.append(start..<index)
        (start, sum) = (index, 0)
      }
      sum += document.byteCount
    }
    return start < documents.count ? groups + [start..<documents.count] : groups
  }
}

extension Array {
  /// Slices of `count` elements in order; the last may be shorter.
  fileprivate func chunked(_ count: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: self.count, by: count).map { self[$0..<Swift.min($0 + count, self.count)] }
  }
}
