/// The special tokens around an encoded text, or between and around two: `TemplateProcessing` of tokenizer.json.
public struct SequenceTemplate: Sendable, Equatable {
  /// Ids before the text, such as `<|bos|>`.
  public var prefix: [Int32]
  /// Ids behind the text, such as `<|eos|>`.
  public var suffix: [Int32]
  /// What two texts become; nil puts `prefix` and `suffix` around each of them.
  public var pair: [Part]?

  /// Whether the offsets of tokens leave out the spaces at their ends; nil keeps them.
  package var offsetTrimming: OffsetTrimming?

  /// How `trim_offsets` of ByteLevel and Roberta works.
  package enum OffsetTrimming: Sendable, Equatable {
    /// All spaces at both ends.
    case all
    /// All but a single one at the start of the text, which the tokenizer may have put there itself.
    case allButFirst
  }

  /// A part of what two texts become.
  public enum Part: Sendable, Equatable {
    /// The first or the second text (0 or 1).
    case text(Int, typeID: Int32)
    /// A special token.
    case token(Int32, typeID: Int32)
  }

  /// A template of the given ids; without them texts stay as they are.
  public init(prefix: [Int32] = [], suffix: [Int32] = [], pair: [Part]? = nil) {
    self.prefix = prefix
    self.suffix = suffix
    self.pair = pair
  }

  /// BERT's: both around a text, `end` between and behind two; nothing where one of them is missing.
  init(begin: Int32?, end: Int32?) {
    self.init()
    guard let begin, let end else { return }
    prefix = [begin]
    suffix = [end]
    pair = [
      .token(begin, typeID: 0), .text(0, typeID: 0), .token(end, typeID: 0), .text(1, typeID: 1),
      .token(end, typeID: 1),
    ]
  }

  /// True where nothing is added.
  public var isEmpty: Bool { prefix.isEmpty && suffix.isEmpty && pair == nil }

  /// The parts of two texts in their order.
  public var pairParts: [Part] {
    pair
      ?? (0...1).flatMap { text in
        prefix.map { .token($0, typeID: Int32(text)) } + [.text(text, typeID: Int32(text))]
          + suffix.map { .token($0, typeID: Int32(text)) }
      }
  }
}
