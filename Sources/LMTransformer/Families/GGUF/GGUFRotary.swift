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
    if let context = try file.integer("\(base).scaling.original_context_length"), kind == "yarn" {
      parameters["original_max_position_embeddings"] = .integer(context)
    }
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
}
