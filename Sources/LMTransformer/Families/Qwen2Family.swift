import LMRuntime

/// Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115): Llama with biases of queries, keys and values, perhaps with a
/// window in the upper layers.
public enum Qwen2Family: LlamaDescendant {
  public static let modelType = "qwen2"
  public static let architecture = "Qwen2ForCausalLM"
  public static let traits = LlamaTraits(rare: [.window], biases: .queriesKeysValues, keyValueHeads: 32)

  public static func read(_ config: JSONField, into c: inout TransformerConfiguration) throws(LMError) {
    let first = try config.optional("max_window_layers")?.integer(in: 0...(1 << 30)) ?? 28
    try c.readWindows(config, width: try windowWidth(config, usual: 4096)) { $0 >= first }
  }

  public static func write(_ c: TransformerConfiguration, into config: inout JSONObject) {
    writeWindows(c, into: &config)
    config["max_window_layers"] = .integer((0..<c.layers).first { c.window(layer: $0) != nil } ?? c.layers)
  }

  /// `sliding_window` where `use_sliding_window` says that it counts.
  static func windowWidth(_ config: JSONField, usual: Int?) throws(LMError) -> Int? {
    guard try config.flag("use_sliding_window") else { return nil }
    if try config.object()["sliding_window"] == .null { return nil }
    return try config.optional("sliding_window")?.integer(in: 1...(1 << 30)) ?? usual
  }

  /// The keys of windows, with `layer_types`.
  static func writeWindows(_ c: TransformerConfiguration, into config: inout JSONObject) {
    let window = (0..<c.layers).compactMap(c.window).first
    config["use_sliding_window"] = .bool(window != nil)
    config["sliding_window"] = window.map { .integer($0) } ?? .null
    config["layer_types"] = c.layerTypes
  }
}
