/// A small generator with a fixed seed (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

enum RandomText {
  /// What splitting patterns look at, over-represented.
  private static let hostile: [String] =
    Array(
      repeating: ["'", "s", "S", "ſ", "re", "LL", " ", "  ", "\n", "\r", "\t", "/", "1", "23", "a", "Zz"],
      count: 4
    )
    .flatMap { $0 } + [
      "\u{301}", "\u{3000}", "\u{200B}", "\u{A0}", "\u{85}", "é", "ß", "Ǆ", "ǅ", "ʰ", "漢", "が", "か\u{3099}",
      "😀",
      "𐐀", "²", "Ⅳ", "\u{1C89}", "\u{378}", "\u{FEFF}", "\u{2028}", "각", "\u{1100}", "\u{1161}", "!", "…",
      "<|eos|>",
    ]

  /// `count` random parts of text that is hard to split.
  static func hostile(_ count: Int, using generator: inout SeededGenerator) -> String {
    (0..<count).map { _ in hostile.randomElement(using: &generator) ?? "" }.joined()
  }

  /// Random bytes, half of them ASCII, so that valid and invalid sequences occur.
  static func bytes(_ count: Int, using generator: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in
      Bool.random(using: &generator)
        ? UInt8.random(in: 0...255, using: &generator) : UInt8.random(in: 0x20...0x7E, using: &generator)
    }
  }
}
