import LMRuntime

/// Cuts documents into spans of at most n tokens, the same number of them in every epoch.
///
/// A document of L tokens with L ≤ n is one span. A longer one gives ⌊L / n⌋ spans of n tokens side by side, from a
/// random place on in each epoch; the fewer than n tokens that are left at its two ends change with it. The spans of
/// an epoch are shuffled. No span crosses the border of a document (RoBERTa's DOC-SENTENCES, arXiv 1907.11692).
struct DocumentSpans: Sendable {
  /// A part of the stream.
  struct Span: Sendable, Equatable {
    /// Ids of the stream.
    let range: Range<Int>
    /// Index in ``documents``.
    let document: Int
  }

  /// Ranges of the documents that are long enough, in the stream.
  let documents: [Range<Int>]
  /// Spans of every epoch.
  let count: Int
  private let length: Int
  private let random: RandomStream
  private var current: (epoch: Int, spans: [Span])?

  /// Spans of `length` tokens of the documents with at least `shortest` tokens; both at least 1.
  init(_ documents: [Range<Int>], length: Int, shortest: Int, _ random: RandomStream) {
    self.documents = documents.filter { $0.count >= shortest }
    self.length = length
    self.random = random
    count = self.documents.reduce(0) { $0 + max(1, $1.count / length) }
  }

  /// The span of a sample, counted over all epochs, and the epoch.
  /// - Complexity: O(1), and O(count) where an epoch begins.
  mutating func span(ofSample sample: Int) -> (epoch: Int, span: Span) {
    let (epoch, place) = sample.quotientAndRemainder(dividingBy: count)
    if let current, current.epoch == epoch { return (epoch, current.spans[place]) }
    let spans = spans(epoch)
    current = (epoch, spans)
    return (epoch, spans[place])
  }

  private func spans(_ epoch: Int) -> [Span] {
    var random = random.split(epoch)
    var spans: [Span] = []
    spans.reserveCapacity(count)
    for (index, document) in documents.enumerated() {
      guard document.count > length else {
        spans.append(Span(range: document, document: index))
        continue
      }
      let parts = document.count / length
      let start = document.lowerBound + random.uniform(below: document.count - parts * length + 1)
      for part in 0..<parts {
        let begin = start + part * length
        spans.append(Span(range: begin..<begin + length, document: index))
      }
    }
    random.shuffle(&spans)
    return spans
  }
}
