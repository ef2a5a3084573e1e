/// A reproducible stream of random numbers: xoshiro256++ (Blackman and Vigna, "Scrambled Linear
/// Pseudorandom Number Generators", arXiv 1805.01407), seeded through splitmix64 (Steele et al., 2014).
///
/// Equal seeds give equal streams on every machine. Each use of randomness takes a stream of its own with
/// ``split(_:)``, so that a change in one does not shift the numbers of another. Not for cryptography.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable {
  /// The whole of the generator, to save and to restore.
  public struct State: Sendable, Equatable {
    /// Four words that are not all zero.
    public let words: [UInt64]
    /// The key that ``RandomStream/split(_:)`` derives streams from; it does not change.
    public let key: UInt64

    /// A state from four words, not all zero, and the key.
    public init(words: [UInt64], key: UInt64) {
      self.words = words
      self.key = key
    }
  }

  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64
  private let key: UInt64

  /// The stream of `seed`.
  public init(seed: UInt64) {
    var counter = seed
    key = seed
    a = Self.splitmix(&counter)
    b = Self.splitmix(&counter)
    c = Self.splitmix(&counter)
    d = Self.splitmix(&counter)
  }

  /// The stream as it was when `state` was taken; nil where the words are not four, or all zero.
  public init?(_ state: State) {
    let words = state.words
    guard words.count == 4, words.contains(where: { $0 != 0 }) else { return nil }
    (a, b, c, d, key) = (words[0], words[1], words[2], words[3], state.key)
  }

  /// Where the stream stands.
  public var state: State { State(words: [a, b, c, d], key: key) }

  /// The stream that belongs to `label`, the same however much of this one was used.
  ///
  /// Streams of different labels, or of different seeds, share no numbers in practice: their states are
  /// 256 bits, derived from a 64-bit hash of seed and label, so of n streams two are equal with
  /// probability n²/2^65.
  public func split(_ label: String) -> RandomStream {
    // FNV-1a over the bytes, then splitmix64's finaliser, which changes half the bits for each bit changed.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in label.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return RandomStream(seed: Self.mixed(key &+ Self.mixed(hash ^ Self.labelSalt)))
  }

  /// The stream that belongs to a number, such as a step or a sample.
  public func split(_ number: Int) -> RandomStream {
    var counter = UInt64(bitPattern: Int64(number)) ^ Self.numberSalt
    return RandomStream(seed: Self.mixed(key &+ Self.splitmix(&counter)))
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let sum = a &+ d
    let result = (sum << 23 | sum >> 41) &+ a
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = d << 45 | d >> 19
    return result
  }

  // Different salts keep the label "7" and the number 7 apart.
  private static let labelSalt: UInt64 = 0x243F_6A88_85A3_08D3
  private static let numberSalt: UInt64 = 0x1319_8A2E_0370_7344

  private static func splitmix(_ counter: inout UInt64) -> UInt64 {
    counter &+= 0x9E37_79B9_7F4A_7C15
    return mixed(counter)
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var mixed = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
