/// How queries and keys are rotated (RoFormer, arXiv 2104.09864): pair i of a head, elements i and i + width / 2,
/// turns by position · base^(−2i / width).
public struct RotarySettings: Sendable, Equatable {
  /// Above 1; usually 10,000.
  public var base: Double
  /// Columns at the head's beginning that are rotated; even. Nil: the whole head.
  public var width: Int?
  /// How frequencies are stretched for contexts longer than those of pretraining.
  public var scaling: RotaryScaling

  /// Rotation with this base.
  public init(base: Double, width: Int? = nil, scaling: RotaryScaling = .none) {
    self.base = base
    self.width = width
    self.scaling = scaling
  }
}

/// How rotary frequencies are stretched beyond the context of pretraining; names and formulas are those of
/// transformers' `rope_type`.
public enum RotaryScaling: Sendable, Equatable {
  /// As trained.
  case none
  /// All frequencies divided by `factor` (Position Interpolation, arXiv 2306.15595).
  case linear(factor: Double)
  /// Beyond `context` positions the base grows with their number (dynamic NTK).
  case dynamic(factor: Double, context: Int)
  /// Wavelengths above context / low are stretched by `factor`, below context / high left alone, blended
  /// between (Llama 3.1, arXiv 2407.21783).
  case llama3(factor: Double, low: Double, high: Double, context: Int)
  /// Frequencies that turn less than `slow` times in `context` are stretched by `factor`, more than `fast`
  /// left alone, blended between; cosines and sines times `attention` (YaRN, arXiv 2309.00071). `truncates`:
  /// the borders of the blend are whole pairs.
  case yarn(factor: Double, fast: Double, slow: Double, attention: Double, context: Int, truncates: Bool)

  /// Factor of cosines and sines.
  public var amplitude: Double {
    if case .yarn(_, _, _, let attention, _, _) = self { attention } else { 1 }
  }
}
