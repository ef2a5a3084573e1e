import Glibc
import LMAttention
import LMRuntime

/// The tensor `rope_freqs.weight`: by what each rotary frequency is divided. Files of Llama 3.1 and later have it
/// instead of the four numbers that transformers computes it from.
enum RotaryFactors {
  /// The divisors for a configuration whose frequencies are stretched as in Llama 3; nil for others.
  static func of(_ c: TransformerConfiguration) -> [Float]? {
    guard case .rotary(let settings) = c.position, case .llama3 = settings.scaling else { return nil }
    return divisors(settings, c).map { Float($0) }
  }

  private static func divisors(_ settings: RotarySettings, _ c: TransformerConfiguration) -> [Double] {
    var plain = settings
    plain.scaling = .none
    return zip(
      plain.frequencies(headWidth: c.headWidth, positions: 1),
      settings.frequencies(headWidth: c.headWidth, positions: 1)
    ).map { $0 / $1 }
  }

  /// Finds the numbers of Llama 3 that give `factors`, and sets them.
  ///
  /// With f a frequency and s the context over 2π, the part that is kept is (s f - low) / (high - low), a line in f:
  /// two pairs that are neither kept nor stretched as a whole give it. Many numbers mean the same line; `low` is
  /// taken as 1. Where fewer such pairs are, the published numbers are tried for contexts of powers of two.
  /// - Throws: ``LMError`` where no numbers give the factors to five digits.
  static func apply(
    _ factors: [Float], to c: inout TransformerConfiguration, at place: String
  ) throws(LMError) {
    guard case .rotary(let settings) = c.position, settings.scaling == .none,
      factors.count == (settings.width ?? c.headWidth) / 2, factors.allSatisfy({ $0.isFinite && $0 > 0 })
    else { throw failure(place, "are not one positive number for each pair of a head") }
    if factors.allSatisfy({ $0 == 1 }) { return }
    for scaling in candidates(factors.map(Double.init), settings, c) {
      var stretched = settings
      stretched.scaling = scaling
      let found = divisors(stretched, c)
      guard zip(found, factors).allSatisfy({ abs($0 - Double($1)) <= 1e-5 * Double($1) }) else { continue }
      c.position = .rotary(stretched)
      return
    }
    throw failure(place, "are not those of Llama 3")
  }

  private static func candidates(
    _ factors: [Double], _ settings: RotarySettings, _ c: TransformerConfiguration
  ) -> [RotaryScaling] {
    let largest = factors.max() ?? 1
    let published = (5...20).map { RotaryScaling.llama3(factor: largest, low: 1, high: 4, context: 1 << $0) }
    let frequencies = settings.frequencies(headWidth: c.headWidth, positions: 1)
    let blended = factors.indices.filter { factors[$0] > 1.0001 && factors[$0] < largest * 0.9999 }
    guard let first = blended.first, let last = blended.last, first < last else { return published }
    func kept(_ index: Int) -> Double { (1 / factors[index] - 1 / largest) / (1 - 1 / largest) }
    let slope = (kept(first) - kept(last)) / (frequencies[first] - frequencies[last])
    let offset = slope * frequencies[first] - kept(first)
    let span = 1 / offset
    let context = 2 * .pi * slope * span
    guard offset > 0, context > 1, context < 1e9 else { return published }
    return published + [.llama3(factor: largest, low: 1, high: 1 + span, context: Int(context.rounded()))]
  }

  private static func failure(_ place: String, _ problem: String) -> LMError {
    LMError(
      at: "\(place), tensor \"rope_freqs.weight\"", "has factors that \(problem)",
      remedy: "use a file of Llama 3, or the model as a folder")
  }
}
