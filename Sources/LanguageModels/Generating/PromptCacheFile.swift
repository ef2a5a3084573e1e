import LMAttention
import LMFormats
import LMGeneration
import LMRuntime
import LMTensor
import LMTransformer

/// Keys and values of a text in a safetensors file: `ids` I32 `[n]`, and per layer l `layers.l.keys` and
/// `layers.l.values` `[G, held, d]` in F32, BF16 or I8, the last with `layers.l.key_scales` and
/// `layers.l.value_scales` F32 `[G, held]`. A layer with a sliding window holds the last positions only. The
/// metadata name the model and the tokenizer that it belongs to.
struct PromptCacheFile {
  private static let format = "lm-prompt-cache-1"
  private static let parts = ["key", "value"]
  private static let types: [CacheType: SafeTensorsType] = [
    .float32: .float32, .bfloat16: .bfloat16, .int8: .int8,
  ]

  /// What the cache must belong to.
  let fingerprint: ModelFingerprint
  let path: String

  /// Writes the file: whole, or not at all.
  func save(_ sequence: CachedSequence, _ type: CacheType) throws(LMError) {
    let layers = sequence.cache.layers.map { $0.stored() }
    let ids = sequence.ids
    var tensors = [SafeTensorsWriter.Tensor("ids", .int32, [ids.count])]
    var storages: [String: Storage] = [:]
    for (index, (layer, cache)) in zip(layers, sequence.cache.layers).enumerated() {
      let (groups, held) = (cache.shape.keyValueHeads, layer.positions.count)
      for (part, name) in Self.parts.enumerated() {
        let rows = "layers.\(index).\(name)s"
        tensors.append(.init(rows, Self.types[type] ?? .float32, [groups, held, cache.shape.headWidth]))
        storages[rows] = layer.rows[part]
        guard type == .int8 else { continue }
        let scales = "layers.\(index).\(name)_scales"
        tensors.append(.init(scales, .float32, [groups, held]))
        storages[scales] = layer.scales[part]
      }
    }
    let writer = try SafeTensorsWriter(
      tensors,
      metadata: [
        ("format", Self.format), ("type", type.rawValue), ("model", fingerprint.model),
        ("tokenizer", fingerprint.tokenizer),
      ])
    try writer.write(to: path) { entry, file throws(LMError) in
      guard let storage = storages[entry.name] else {
        return try file.write(ids.flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } })
      }
      try file.write(UnsafeRawBufferPointer(start: storage.pointer, count: entry.byteRange.count))
    }
  }

  /// Reads the file.
  /// - Throws: ``LMError`` where it is broken or belongs to another model, tokenizer or type.
  func load(_ model: Transformer, _ type: CacheType) throws(LMError) -> CachedSequence {
    let file = try SafeTensorsFile(path)
    try checkMetadata(file.header.metadata, type)
    let ids = try ids(file, model)
    let cache = model.makeCache(type)
    for (index, layer) in cache.layers.enumerated() {
      layer.restore(try self.layer(index, layer, file, tokens: ids.count))
    }
    try file.file.checkUnchanged()
    return CachedSequence(ids, cache)
  }

  private func checkMetadata(_ metadata: JSONObject, _ type: CacheType) throws(LMError) {
    func expect(_ key: String, _ value: String, _ problem: String, _ remedy: String) throws(LMError) {
      guard metadata[key] == .string(value) else { throw LMError(at: path, problem, remedy: remedy) }
    }
    let other = "give the cache of this model, or another --prompt-cache-file, which will be written"
    try expect("format", Self.format, "is no prompt cache of lm", other)
    try expect("model", fingerprint.model, "was made with another model", other)
    try expect("tokenizer", fingerprint.tokenizer, "was made with another tokenizer", other)
    try expect(
      "type", type.rawValue, "does not hold \(type.rawValue)",
      "use the --kv-bits and --precision that it was made with, or another --prompt-cache-file")
  }

  private func ids(_ file: SafeTensorsFile, _ model: Transformer) throws(LMError) -> [Int32] {
    let entry = try file.entry("ids")
    let c = model.configuration
    guard entry.type == .int32, entry.shape.count == 1, entry.shape[0] <= c.contextLength else {
      throw damaged("\"ids\" is no I32 tensor of at most \(c.contextLength) tokens")
    }
    let ids = file.withBytes(of: entry) { bytes in
      (0..<entry.shape[0]).map {
        Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
      }
    }
    guard ids.allSatisfy({ (0..<Int32(c.vocabularySize)).contains($0) }) else {
      throw damaged("\"ids\" has tokens that are not in the vocabulary")
    }
    return ids
  }

  private func layer(
    _ index: Int, _ layer: KeyValueCache, _ file: SafeTensorsFile, tokens: Int
  ) throws(LMError) -> StoredKeysAndValues {
    let held = try file.entry("layers.\(index).keys").shape.dropFirst().first ?? 0
    guard held <= tokens, held >= min(tokens, layer.window ?? tokens) else {
      throw damaged("layer \(index) holds \(held) of \(tokens) tokens")
    }
    // All tensors are checked before memory is taken for them.
    var entries: [(entry: SafeTensorsEntry, part: Int, isScale: Bool)] = []
    for (part, name) in Self.parts.enumerated() {
      let (groups, width) = (layer.shape.keyValueHeads, layer.shape.headWidth)
      entries.append(
        (
          try entry(file, "layers.\(index).\(name)s", Self.types[layer.type], [groups, held, width]), part,
          false
        ))
      guard layer.type == .int8 else { continue }
      entries.append(
        (try entry(file, "layers.\(index).\(name)_scales", .float32, [groups, held]), part, true))
    }
    let stored = StoredKeysAndValues(layer.shape, layer.type, positions: tokens - held..<tokens)
    for (entry, part, isScale) in entries {
      let target = (isScale ? stored.scales : stored.rows)[part]
      file.withBytes(of: entry) { bytes in
        if let base = bytes.baseAddress { target.pointer.copyMemory(from: base, byteCount: bytes.count) }
      }
    }
    return stored
  }

  private func entry(
    _ file: SafeTensorsFile, _ name: String, _ type: SafeTensorsType?, _ shape: [Int]
  ) throws(LMError) -> SafeTensorsEntry {
    let entry = try file.entry(name)
    guard entry.type == type, entry.shape == shape else {
      throw damaged(
        "\"\(name)\" is \(entry.type.rawValue) \(entry.shape), expected \(type?.rawValue ?? "") \(shape)")
    }
    return entry
  }

  private func damaged(_ problem: String) -> LMError {
    LMError(at: path, problem, remedy: "delete the file; it will be written again")
  }
}
