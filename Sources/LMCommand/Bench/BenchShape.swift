import ArgumentParser
import LMRuntime
import LMTransformer

/// The shapes that training speed is compared on, in the styles of GPT-2 (no biases) and Llama.
enum BenchShape: String, ExpressibleByArgument, CaseIterable {
  case char08M = "char-0.8M"
  case char10M = "char-10M"
  case llama30M = "llama-30M"
  case gpt2124M = "gpt2-124M"

  /// Sizes, and sequences of a batch.
  var settings: (configuration: TransformerConfiguration, batchSize: Int) {
    switch self {
    case .char08M:
      (classic(vocabulary: 65, context: 64, width: 128, layers: 4, heads: 4), 12)
    case .char10M:
      (classic(vocabulary: 65, context: 256, width: 384, layers: 6, heads: 6), 16)
    case .llama30M:
      (
        TransformerConfiguration(
          vocabularySize: 8192, contextLength: 512, width: 512, layers: 8, heads: 8, keyValueHeads: 2,
          hiddenWidth: 1408), 4
      )
    case .gpt2124M:
      (classic(vocabulary: 50257, context: 64, width: 768, layers: 12, heads: 12), 4)
    }
  }

  private func classic(vocabulary: Int, context: Int, width: Int, layers: Int, heads: Int) -> TransformerConfiguration {
    var c = TransformerConfiguration(
      vocabularySize: vocabulary, contextLength: context, width: width, layers: layers, heads: heads,
      hiddenWidth: 4 * width)
    c.norm = .layer
    c.position = .learned
    c.isGated = false
    c.activation = .gelu
    return c
  }
}
