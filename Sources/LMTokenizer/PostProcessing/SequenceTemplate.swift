/// The special tokens around an encoded text, as the `TemplateProcessing` of tokenizer.json for one sequence.
public struct SequenceTemplate: Sendable, Equatable {
  /// Ids before the text, such as `<|bos|>`.
  public var prefix: [Int32]
  /// Ids behind the text, such as `<|eos|>`.
  public var suffix: [Int32]

  /// A template of the given ids; without them texts stay as they are.
  public init(prefix: [Int32] = [], suffix: [Int32] = []) {
    self.prefix = prefix
    self.suffix = suffix
  }

  /// True where nothing is added.
  public var isEmpty: Bool { prefix.isEmpty && suffix.isEmpty }
}
