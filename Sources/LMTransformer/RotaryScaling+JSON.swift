import Glibc
import LMAttention
import LMRuntime

extension RotaryScaling {
  /// The choice as an object with transformers' keys; nil where nothing is stretched.
  var json: JSON? {
    var object = JSONObject()
    switch self {
    case .none: return nil
    case .linear(let factor):
      object["rope_type"] = .string("linear")
      object["factor"] = .number(factor)
    case .dynamic(let factor, let context):
      object["rope_type"] = .string("dynamic")
      object["factor"] = .number(factor)
      object["original_max_position_embeddings"] = .integer(context)
    case .llama3(let factor, let low, let high, let context):
      object["rope_type"] = .string("llama3")
      object["factor"] = .number(factor)
      object["low_freq_factor"] = .number(low)
      object["high_freq_factor"] = .number(high)
      object["original_max_position_embeddings"] = .integer(context)
    case .yarn(let factor, let fast, let slow, let attention, let context, let truncates):
      object["rope_type"] = .string("yarn")
      object["factor"] = .number(factor)
      object["beta_fast"] = .number(fast)
      object["beta_slow"] = .number(slow)
      object["attention_factor"] = .number(attention)
      object["original_max_position_embeddings"] = .integer(context)
      object["truncate"] = .bool(truncates)
    }
    return .object(object)
  }

  /// Reads transformers' keys.
  /// - Parameter context: `max_position_embeddings`, where the object does not name the context of pretraining.
  /// - Throws: ``LMError`` for kinds that are not known and factors that cannot be.
  init(_ field: JSONField, context: Int? = nil) throws(LMError) {
    let kind = try field.optional("rope_type")?.string()
    let oldKind = try field.optional("type")?.string()
    func factor(_ key: String, _ usual: Double? = nil) throws(LMError) -> Double {
      let found = try field.optional(key)
      let value = if let usual { try found?.double() ?? usual } else { try field[key].double() }
      guard value > 0, value < 1e9 else {
        throw (found ?? field).failure("is \(value)", remedy: "use a factor above 0, usually 1 to 64")
      }
      return value
    }
    func original() throws(LMError) -> Int {
      let range = 1...(1 << 30)
      guard let context else { return try field["original_max_position_embeddings"].integer(in: range) }
      return try field.optional("original_max_position_embeddings")?.integer(in: range) ?? context
    }
    switch kind ?? oldKind ?? "default" {
    case "default": self = .none
    case "linear": self = .linear(factor: try factor("factor"))
    // transformers takes max_position_embeddings here whatever else the object says.
    case "dynamic":
      let trained = if let context { context } else { try original() }
      self = .dynamic(factor: try factor("factor"), context: trained)
    case "llama3":
      let (low, high) = (try factor("low_freq_factor"), try factor("high_freq_factor"))
      guard low < high else {
        throw field.failure(
          "has low_freq_factor \(low), high_freq_factor \(high)", remedy: "use low below high")
      }
      self = .llama3(factor: try factor("factor"), low: low, high: high, context: try original())
    case "yarn":
      let stretch = try factor("factor")
      self = .yarn(
        factor: stretch, fast: try factor("beta_fast", 32), slow: try factor("beta_slow", 1),
        attention: try Self.attention(field, stretch: stretch), context: try original(),
        truncates: try field.optional("truncate")?.bool() ?? true)
    case let other:
      throw field.unsupported(
        "rotary scaling \"\(other)\"", "use a model with rope_type default, linear, dynamic, llama3 or yarn")
    }
  }

  /// YaRN's factor of cosines and sines: given, or 0.1 ln(stretch) + 1, perhaps by way of two weights.
  private static func attention(_ field: JSONField, stretch: Double) throws(LMError) -> Double {
    if let given = try field.optional("attention_factor") { return try given.double() }
    func scale(_ weight: Double) -> Double { stretch <= 1 ? 1 : 0.1 * weight * log(stretch) + 1 }
    let weight = try field.optional("mscale")?.double() ?? 0
    let allWeight = try field.optional("mscale_all_dim")?.double() ?? 0
    return weight != 0 && allWeight != 0 ? scale(weight) / scale(allWeight) : scale(1)
  }
}
