import LMAutograd
import LMRuntime
import LMTransformer

extension SeedFiles {
  /// Whole models of a few parameters: one with a tokenizer, one in blocks, one of another family.
  static let ggufModels: [[UInt8]] = [
    model(LlamaFamily.self, type: 0) { _ in },
    model(LlamaFamily.self, type: 8) {
      ($0.width, $0.hiddenWidth, $0.headWidth, $0.tiesHead) = (32, 32, 8, false)
    },
    model(Qwen3Family.self, type: 1) { $0.normsQueriesAndKeys = true },
    model(GPT2Family.self, type: 30) {
      ($0.norm, $0.isGated, $0.activation, $0.hasBiases) = (.layer, false, .geluTanh, true)
      ($0.position, $0.keyValueHeads) = (.learned, 2)
    },
  ].compactMap { $0 }

  /// A file with zeros for weights; nil where a seed is wrong, which the count of seeds tells.
  private static func model(
    _ family: any ModelFamily.Type, type: UInt32, _ change: (inout TransformerConfiguration) -> Void
  ) -> [UInt8]? {
    var c = TransformerConfiguration(
      vocabularySize: 6, contextLength: 8, width: 8, layers: 1, heads: 2, keyValueHeads: 1, headWidth: 4,
      hiddenWidth: 8)
    change(&c)
    let config = ModelConfigFile(family: family, configuration: c, specialTokens: [:])
    guard var metadata = try? config.ggufMetadata(at: "seed"),
      let weights = try? config.ggufWeights(at: "seed"),
      (try? addVocabulary(to: &metadata)) != nil
    else { return nil }
    let shapes = Dictionary(uniqueKeysWithValues: Transformer(c).parameters.map { ($0.name, $0.shape) })
    let tensors = weights.compactMap { weight in
      shapes[weight.parameter].map { shape in
        GGUFWriter.Tensor(weight.name, type: shape.count == 1 ? 0 : type, shape: weight.fileShape(shape))
      }
    }
    guard let writer = try? GGUFWriter(metadata, tensors) else { return nil }
    return writer.head + [UInt8](repeating: 0, count: writer.byteCount - writer.head.count)
  }

  private static func addVocabulary(to metadata: inout GGUFMetadata) throws(LMError) {
    try metadata.set("tokenizer.ggml.model", "llama")
    try metadata.set(
      "tokenizer.ggml.tokens", strings: ["<unk>", "<s>", "a", "b", "ab"].map { Array($0.utf8) })
    try metadata.set("tokenizer.ggml.scores", [Float(0), 0, -2, -3, -1])
    try metadata.set("tokenizer.ggml.token_type", [2, 3, 1, 1, 1])
    try metadata.set("tokenizer.ggml.bos_token_id", 1)
  }
}
