import LMRuntime

/// Choices that differ by layer, as transformers lists them.
extension TransformerConfiguration {
  /// `layer_types`, one per layer.
  var layerTypes: JSON {
    .array(
      (0..<layers).map { .string(window(layer: $0) == nil ? "full_attention" : "sliding_attention") })
  }

  /// Reads which layers have the window of `width` keys: from `layer_types`, or as `usual` says.
  /// - Throws: ``LMError`` where the list is not of `layers` known types, or has windows without a width.
  mutating func readWindows(_ config: JSONField, width: Int?, usual: (Int) -> Bool) throws(LMError) {
    var windowed = (0..<layers).map { width != nil && usual($0) }
    if let field = try config.optional("layer_types") {
      let types = try Self.list(field, layers: layers)
      windowed = []
      for type in types {
        let name = try type.string()
        guard ["full_attention", "attention", "sliding_attention"].contains(name) else {
          throw type.unsupported(
            "\"\(name)\"", "use a model whose layers are full_attention or sliding_attention")
        }
        windowed.append(name == "sliding_attention")
      }
    }
    guard windowed.contains(true) else { return }
    guard let width else {
      throw config.failure(
        "has layers of sliding_attention without a sliding_window that is in use",
        remedy: "give sliding_window, or full_attention for all layers")
    }
    window = width
    windowedLayers = Self.period(windowed)
  }

  /// `no_rope_layers`: 1 for layers that rotate.
  var rotatedLayerFlags: JSON {
    .array((0..<layers).map { .integer(rotary(layer: $0) == nil ? 0 : 1) })
  }

  /// Reads which layers rotate from `no_rope_layers`, or all but each `no_rope_layer_interval`-th.
  mutating func readRotatedLayers(_ config: JSONField) throws(LMError) {
    var rotated: [Bool] = []
    if let field = try config.optional("no_rope_layers") {
      for layer in try Self.list(field, layers: layers) { rotated.append(try layer.integer(in: 0...1) == 1) }
    } else {
      let interval = try config.size("no_rope_layer_interval", usual: 4)
      rotated = (1...layers).map { $0 % interval != 0 }
    }
    rotatedLayers = Self.period(rotated)
  }

  private static func list(_ field: JSONField, layers: Int) throws(LMError) -> [JSONField] {
    let list = try field.array()
    guard list.count == layers else {
      throw field.failure("has \(list.count) entries for \(layers) layers", remedy: "give one per layer")
    }
    return list
  }

  /// The shortest beginning that gives the whole list when repeated.
  private static func period(_ list: [Bool]) -> [Bool] {
    let length = (1...max(1, list.count)).first { length in
      list.indices.allSatisfy { list[$0] == list[$0 % length] }
    }
    return Array(list.prefix(length ?? list.count))
  }
}
