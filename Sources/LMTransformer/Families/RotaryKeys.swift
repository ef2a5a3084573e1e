import LMAttention
import LMRuntime

/// Rotary positions in `config.json`: `rope_theta` and `rope_scaling` (transformers 4), or both in
/// `rope_parameters` (transformers 5).
extension RotarySettings {
  /// Reads them; `rope_scaling` goes before `rope_parameters`, as in transformers 5.
  /// - Parameters:
  ///   - baseKey: the base's name at the top.
  ///   - partKey: the name at the top for the part of a head that is rotated; nil where that must be all.
  init(
    _ config: JSONField, context: Int, headWidth: Int, base: Double, baseKey: String = "rope_theta",
    partKey: String? = nil, part: Double = 1
  ) throws(LMError) {
    let parameters = try Self.parameters(config)
    for type in ["full_attention", "sliding_attention"] where try parameters?.optional(type) != nil {
      throw config.unsupported("rope_parameters by type of layer", "use a model with one kind of rotation")
    }
    let inner = try parameters?.optional("rope_theta")
    let outer = try config.optional(baseKey)
    self.init(base: try (inner ?? outer)?.double() ?? base)
    if let parameters { scaling = try RotaryScaling(parameters, context: context) }
    let innerPart = try parameters?.optional("partial_rotary_factor")
    let outerPart = try config.optional(partKey ?? "partial_rotary_factor")
    let share = try (innerPart ?? outerPart)?.double() ?? part
    guard partKey != nil || share == 1 else {
      throw config.unsupported("partial_rotary_factor \(share)", "use a model that rotates whole heads")
    }
    guard share > 0, share <= 1, Int(Double(headWidth) * share) > 0 else {
      throw config.failure("has rotary part \(share) of \(headWidth)", remedy: "use a part above 0, up to 1")
    }
    width = share == 1 ? nil : Int(Double(headWidth) * share)
  }

  private static func parameters(_ config: JSONField) throws(LMError) -> JSONField? {
    if let old = try config.optional("rope_scaling"), try !old.object().members.isEmpty { return old }
    return try config.optional("rope_parameters")
  }

  /// `rope_parameters`.
  func parameters(headWidth: Int) -> JSON {
    var parameters = JSONObject()
    if case .object(let stretched)? = scaling.json { parameters = stretched }
    if scaling == .none { parameters["rope_type"] = .string("default") }
    parameters["rope_theta"] = .number(base)
    if width != nil { parameters["partial_rotary_factor"] = .number(part(headWidth: headWidth)) }
    return .object(parameters)
  }

  /// The part of a head that is rotated, such that Int(part · headWidth) is its width again.
  func part(headWidth: Int) -> Double {
    guard let width else { return 1 }
    let part = Double(width) / Double(headWidth)
    return Int(part * Double(headWidth)) < width ? part.nextUp : part
  }
}

extension RotaryScaling {
  /// Positions in use where `max_position_embeddings` is `given`: stretched contexts may be longer than that.
  func context(given: Int) -> Int {
    let limit = Double(max(given, 1 << 20))
    return switch self {
    case .dynamic(let factor, let context), .yarn(let factor, _, _, _, let context, _):
      max(given, Int(min(limit, Double(context) * factor)))
    case .none, .linear, .llama3: given
    }
  }

  /// `max_position_embeddings` of a model for `context` positions: with `dynamic` the context of pretraining.
  func maximumPositions(context: Int) -> Int {
    if case .dynamic(_, let original) = self { original } else { context }
  }
}
