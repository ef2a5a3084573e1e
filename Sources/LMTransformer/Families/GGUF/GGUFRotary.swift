import LMRuntime

/// Rotary positions in the metadata of GGUF files.
enum GGUFRotary {
  /// Adds `rope_parameters` to a `config.json`.
  static func read(_ config: inout JSONObject, _ architecture: String, _ file: GGUFFile) throws(LMError) {
    let base = "\(architecture).rope"
    try checkWidth(config, architecture, file)
    var parameters = JSONObject()
    parameters["rope_theta"] = .number(try file.double("\(base).freq_base") ?? 10_000)
    // Files of before 2024 say only how much positions are stretched.
    let linear = try file.double("\(base).scale_linear")
    let kind = try file.string("\(base).scaling.type") ?? (linear == nil ? "none" : "linear")
    parameters["rope_type"] = .string(kind == "none" ? "default" : kind)
    let factor = try file.double("\(base).scaling.factor")
    if kind != "none", let factor = factor ?? linear { parameters["factor"] = .number(factor) }
    if kind == "yarn" { try readYarn(&parameters, base, file) }
    config["rope_parameters"] = .object(parameters)
    config["rope_theta"] = parameters["rope_theta"]
  }

  /// Writes what `config` says of rotary positions.
  static func write(
    _ config: JSONField, _ architecture: String, to metadata: inout GGUFMetadata
  ) throws(LMError) {
    let base = "\(architecture).rope"
    let parameters = try config.optional("rope_parameters")
    let inner = try parameters?.optional("rope_theta")?.double()
    let outer = try config.optional("rope_theta")?.double()
    try metadata.set("\(base).freq_base", Float(inner ?? outer ?? 10_000))
    if let parameters { try writeScaling(parameters, base, to: &metadata) }
    let heads = try config["num_attention_heads"].integer(in: 1...Int.max)
    let width = try config["hidden_size"].integer()
    let given = try config.optional("head_dim")?.integer()
    try metadata.set("\(base).dimension_count", given ?? width / heads)
  }

  /// All of a head rotates.
  private static func checkWidth(
    _ config: JSONObject, _ architecture: String, _ file: GGUFFile
  ) throws(LMError) {
    let key = "\(architecture).rope.dimension_count"
    guard let found = try file.integer(key), case .integer(let width)? = config["hidden_size"],
      case .integer(let heads)? = config["num_attention_heads"], heads > 0
    else { return }
    var expected = width / heads
    if case .integer(let given)? = config["head_dim"] { expected = given }
    guard found == expected else {
      throw file.failure(
        key, "is \(found) of heads of width \(expected): partial rotation is not supported here")
    }
  }

  private static func readYarn(
    _ parameters: inout JSONObject, _ base: String, _ file: GGUFFile
  ) throws(LMError) {
    if let context = try file.integer("\(base).scaling.original_context_length") {
      parameters["original_max_position_embeddings"] = .integer(context)
    }
    for (key, name) in yarnKeys {
      if let value = try file.double("\(base).scaling.\(key)") { parameters[name] = .number(value) }
    }
  }

  private static let yarnKeys = [("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")]

  /// The factors of Llama 3 are a tensor of their own: ``RotaryFactors``. What has no key here is found missing
  /// when the metadata are read again.
  private static func writeScaling(
    _ parameters: JSONField, _ base: String, to metadata: inout GGUFMetadata
  ) throws(LMError) {
    guard let kind = try parameters.optional("rope_type")?.string(), kind == "linear" || kind == "yarn" else {
      return
    }
    try metadata.set("\(base).scaling.type", kind)
    try metadata.set("\(base).scaling.factor", Float(try parameters["factor"].double()))
    guard kind == "yarn" else { return }
    let context = try parameters["original_max_position_embeddings"].integer()
    try metadata.set("\(base).scaling.original_context_length", context)
    for (key, name) in yarnKeys {
      if let value = try parameters.optional(name)?.double() {
        try metadata.set("\(base).scaling.\(key)", Float(value))
      }
    }
  }
}
