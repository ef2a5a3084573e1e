import LMRuntime
import LMTokenizer

/// Batches for masked language modelling, perhaps with pairs of texts: a function of seed and step.
///
/// A sequence is a span of one document in the special tokens of the tokenizer, such as `[CLS] A [SEP]`. With pairs
/// the span is cut at a random place into A and B, `[CLS] A [SEP] B [SEP]`; half of the pairs get another B instead, as
/// long, from another document, or, where there is only one, from elsewhere in it. What is hidden is drawn from
/// (seed, epoch, span), so that it differs between epochs (arXiv 1907.11692).
public struct MaskedBatchSampler: Sendable {
  /// Sequences B of a batch.
  public let sequences: Int

  private let stream: [Int32]
  private var spans: DocumentSpans
  private let masker: TokenMasker
  private let parts: [SequenceTemplate.Part]
  private let hasPairs: Bool
  private let random: RandomStream

  /// A sampler of the documents of `stream`.
  /// - Parameters:
  ///   - sequences: B, at least 1.
  ///   - tokens: The context T, special tokens included.
  ///   - seed: Names spans, pairs and masks.
  /// - Throws: ``LMError`` where the tokenizer has no mask, T leaves no room for text, or there is too little text.
  public init(
    _ stream: TokenStream, _ masking: Objective.Masking, _ tokenizer: Tokenizer, sequences: Int, tokens: Int,
    seed: UInt64
  ) throws(LMError) {
    precondition(
      sequences > 0 && tokens > 0, "MaskedBatchSampler: \(sequences) sequences of \(tokens) tokens")
    self.sequences = sequences
    self.stream = stream.ids
    hasPairs = masking.hasPairs
    masker = try TokenMasker(masking, tokenizer)
    let template = tokenizer.template
    parts =
      hasPairs
      ? template.pairParts
      : template.prefix.map { .token($0, typeID: 0) } + [.text(0, typeID: 0)]
        + template.suffix.map { .token($0, typeID: 0) }
    let shortest = hasPairs ? 2 : 1
    let room = tokens - parts.count { if case .token = $0 { true } else { false } }
    guard room >= shortest else {
      throw LMError(
        .usage, at: "--context", "of \(tokens) leaves room for \(max(0, room)) tokens of text",
        remedy: "use at least \(tokens - room + shortest)")
    }
    random = RandomStream(seed: seed).split("masked batches")
    spans = DocumentSpans(stream.documents, length: room, shortest: shortest, random.split("spans"))
    guard spans.count > 0 else {
      throw LMError(at: "the text", "has no document of \(shortest) tokens", remedy: "give more text")
    }
    if hasPairs, spans.documents.count == 1, spans.documents[0].count < 3 * room {
      throw LMError(
        at: "the text",
        "is one document of \(spans.documents[0].count) tokens, too short for pairs that do not belong together",
        remedy: "give more documents, or use --context \(spans.documents[0].count / 3) or less")
    }
  }

  /// Sequences of an epoch.
  public var sequencesPerEpoch: Int { spans.count }

  /// The batch of a step.
  /// - Parameter step: From 0. With accumulated gradients, the number of the micro-batch.
  /// - Complexity: O(B · T), and O(sequences of an epoch) where an epoch begins.
  public mutating func batch(_ step: Int) -> TokenBatch {
    precondition(step >= 0, "MaskedBatchSampler: step \(step)")
    return batch(samples: step * sequences..<(step + 1) * sequences)
  }

  /// Batches of every sequence of one epoch once, with the same masks each time: to measure with.
  public var evaluationBatches: some Sequence<TokenBatch> {
    var own = self
    return stride(from: 0, to: spans.count, by: sequences).lazy.map { [spans, sequences] start in
      own.batch(samples: start..<min(start + sequences, spans.count))
    }
  }

  private mutating func batch(samples: Range<Int>) -> TokenBatch {
    var rows = MaskedRows()
    for sample in samples { append(sample, to: &rows) }
    return TokenBatch(rows)
  }

  private mutating func append(_ sample: Int, to rows: inout MaskedRows) {
    let (epoch, span) = spans.span(ofSample: sample)
    var random = random.split(epoch).split(span.range.lowerBound)
    var texts = [span.range]
    if hasPairs {
      let cut = span.range.lowerBound + 1 + random.uniform(below: span.range.count - 1)
      let isNext = random.uniform(below: 2) == 0
      let rest = cut..<span.range.upperBound
      texts = [span.range.lowerBound..<cut, isNext ? rest : foreign(span, count: rest.count, &random)]
      rows.sentences.append(isNext ? 0 : 1)
    }
    var ids: [Int32] = []
    for part in parts {
      switch part {
      case .token(let id, let type):
        ids.append(id)
        rows.segments.append(type)
      case .text(let text, let type):
        ids += stream[texts[text]]
        rows.segments += repeatElement(type, count: texts[text].count)
      }
    }
    rows.targets += masker.mask(&ids, &random)
    rows.ids += ids
    rows.lengths.append(ids.count)
  }

  /// A text of `count` tokens, or fewer where its document is shorter, that does not follow `span`.
  private func foreign(
    _ span: DocumentSpans.Span, count: Int, _ random: inout RandomStream
  ) -> Range<Int> {
    if spans.documents.count > 1 {
      let other = random.uniform(below: spans.documents.count - 1)
      let document = spans.documents[other < span.document ? other : other + 1]
      let length = min(count, document.count)
      let start = document.lowerBound + random.uniform(below: document.count - length + 1)
      return start..<start + length
    }
    // Before the span or behind it, every place equally likely.
    let document = spans.documents[0]
    let before = max(0, span.range.lowerBound - document.lowerBound - count + 1)
    let behind = max(0, document.upperBound - span.range.upperBound - count + 1)
    let place = random.uniform(below: before + behind)
    let start = place < before ? document.lowerBound + place : span.range.upperBound + place - before
    return start..<start + count
  }
}

/// Sequences one behind the other, while a batch is made.
struct MaskedRows {
  var ids: [Int32] = []
  var targets: [Int32] = []
  var segments: [Int32] = []
  var lengths: [Int] = []
  var sentences: [Int32] = []
}

extension TokenBatch {
  fileprivate init(_ rows: MaskedRows) {
    self.init(lengths: rows.lengths, ids: rows.ids, targets: rows.targets)
    segments = rows.segments
    sentences = rows.sentences
    trainedTokens = rows.ids.count
  }
}
