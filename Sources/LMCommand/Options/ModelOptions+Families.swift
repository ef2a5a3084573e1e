import LMAttention
import LMTransformer

extension ModelOptions.Family {
  /// The choices of the family, for the sizes of `c`, which are those of a Llama so far. Windows are a
  /// part of the context, since this one is short.
  func choose(_ c: inout TransformerConfiguration) {
    switch self {
    case .llama, .mistral: break
    case .smollm3: c.rotatedLayers = [true, true, true, false]
    case .qwen2: c.biases = .attentionInput
    case .qwen3: c.normsQueriesAndKeys = true
    case .gemma2:
      chooseGemma(&c)
      (c.attentionSoftCap, c.logitSoftCap) = (50, 30)
      (c.window, c.windowedLayers) = (max(1, c.contextLength / 2), [true, false])
    case .gemma3:
      chooseGemma(&c)
      c.normsQueriesAndKeys = true
      (c.window, c.windowedLayers) = (max(1, c.contextLength / 4), [true, true, true, true, true, false])
      c.windowedRotaryBase = 10_000
    case .gpt2: chooseClassic(&c, .learned)
    case .neox:
      chooseClassic(&c, .rotary(RotarySettings(base: 10_000, width: max(2, c.headWidth / 8 * 2))))
      (c.isParallel, c.activation) = (true, .gelu)
    case .bloom:
      chooseClassic(&c, .alibi)
      c.normsEmbedding = true
    case .mpt:
      chooseClassic(&c, .alibi)
      (c.activation, c.biases) = (.gelu, [])
    case .bert, .distilbert:
      c.encoder()
      c.segments = self == .bert ? 2 : 0
      c.outputs = .masked
    }
  }

  private func chooseGemma(_ c: inout TransformerConfiguration) {
    (c.normPlacement, c.normEpsilon, c.activation) = (.sandwich, 1e-6, .geluTanh)
    c.embeddingScale = Float(Double(c.width).squareRoot())
  }

  private func chooseClassic(
    _ c: inout TransformerConfiguration, _ position: TransformerConfiguration.Position
  ) {
    (c.norm, c.isGated, c.activation, c.hasBiases) = (.layer, false, .geluTanh, true)
    c.position = position
  }
}
