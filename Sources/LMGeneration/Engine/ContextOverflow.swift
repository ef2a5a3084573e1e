/// What happens when a text outgrows the model's context.
public enum ContextOverflow: Sendable, Equatable {
  /// An error before anything is computed.
  case refuse
  /// The first `keep` tokens stay, half of the others is forgotten, and the rest moves up (llama.cpp's
  /// context shift).
  ///
  /// With rotary positions and ALiBi the cache moves as it is: exact in the first layer up to rounding, while
  /// the layers above still carry traces of what was forgotten. Models with a table of positions read what is
  /// left again, which is exact and takes as long as a prompt of that length.
  case shift(keep: Int)

  /// Tokens that are forgotten when `count` are there: half of those that are not kept, at least one.
  static func discarded(of count: Int, keep: Int) -> Range<Int> {
    keep..<keep + max(1, (count - keep) / 2)
  }

  /// The prompt without so many halves behind the first `keep` tokens that it fits in `context`.
  static func fitted(_ prompt: [Int32], keep: Int, context: Int) -> [Int32] {
    guard prompt.count >= context else { return prompt }
    let block = max(1, (context - keep) / 2)
    let erased = (prompt.count - keep - block) / block * block
    return Array(prompt[..<keep] + prompt[(keep + erased)...])
  }
}
