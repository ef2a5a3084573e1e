import LMAttention
import LMAutograd
import LMRuntime
import LMTestSupport
import LMTransformer
import Testing

/// A tiny configuration with a name for messages.
struct SampleModel: CustomTestStringConvertible, Sendable {
  let name: String
  let configuration: TransformerConfiguration
  var testDescription: String { name }

  init(_ name: String, _ change: (inout TransformerConfiguration) -> Void = { _ in }) {
    var configuration = TransformerConfiguration(
      vocabularySize: 23, contextLength: 9, width: 12, layers: 2, heads: 4, keyValueHeads: 2, headWidth: 6,
      hiddenWidth: 17)
    change(&configuration)
    self.name = name
    self.configuration = configuration
  }

  /// The families, and every choice at least once.
  static let all: [SampleModel] = [
    SampleModel("llama"),
    SampleModel("llama with biases, untied") { ($0.hasBiases, $0.tiesHead) = (true, false) },
    SampleModel("llama, multi-head, other base") { ($0.keyValueHeads, $0.position) = (4, .rotary(base: 50)) },
    SampleModel("qwen3, multi-query") { ($0.keyValueHeads, $0.normsQueriesAndKeys) = (1, true) },
    SampleModel("gpt2", gpt2),
    SampleModel("gpt2 without biases, exact GELU") {
      gpt2(&$0)
      ($0.hasBiases, $0.activation) = (false, .gelu)
    },
    SampleModel("bloom") {
      gpt2(&$0)
      ($0.position, $0.normsEmbedding, $0.hiddenWidth) = (.alibi, true, 48)
    },
    SampleModel("smollm3: a layer without rotation, a window in the other") {
      ($0.rotatedLayers, $0.window, $0.windowedLayers) = ([true, false], 3, [false, true])
    },
    SampleModel("qwen2: biases of queries, keys and values, a window in the upper layer", qwen2),
    SampleModel("qwen3 with biases of attention") {
      ($0.biases, $0.normsQueriesAndKeys) = ([.attentionInput, .attentionOutput], true)
    },
    SampleModel("phi3, rotated in part") { $0.position = .rotary(RotarySettings(base: 100, width: 4)) },
    SampleModel("gemma 1") { gemma(&$0) },
    SampleModel("gemma 2") {
      gemma(&$0)
      ($0.normPlacement, $0.attentionScale, $0.attentionSoftCap) = (.sandwich, 0.5, 2)
      ($0.logitSoftCap, $0.window, $0.windowedLayers) = (3, 4, [true, false])
    },
    SampleModel("gemma 3") {
      gemma(&$0)
      ($0.normPlacement, $0.normsQueriesAndKeys, $0.tiesHead) = (.sandwich, true, false)
      ($0.window, $0.windowedLayers, $0.windowedRotaryBase) = (4, [true, false], 20)
    },
    SampleModel("neox") {
      gpt2(&$0)
      ($0.headWidth, $0.heads, $0.keyValueHeads) = (4, 3, 3)
      ($0.isParallel, $0.tiesHead) = (true, false)
      $0.position = .rotary(RotarySettings(base: 100, width: 2, scaling: .linear(factor: 3)))
    },
    SampleModel("mpt, three heads, other maximum") {
      gpt2(&$0)
      ($0.headWidth, $0.heads, $0.keyValueHeads, $0.hiddenWidth) = (4, 3, 3, 48)
      ($0.position, $0.alibiMaximum) = (.alibi, 4)
      ($0.biases, $0.activation, $0.attentionScale) = ([], .gelu, 0.3)
    },
    SampleModel("the first Transformer") {
      gpt2(&$0)
      ($0.normPlacement, $0.position, $0.activation, $0.tiesHead) = (.post, .sinusoidal, .relu, false)
    },
    SampleModel("RMSNorm behind, scaled residuals") { ($0.normPlacement, $0.residualScale) = (.post, 0.5) },
    SampleModel("gated GELU, scaled residuals, normed embedding") {
      ($0.activation, $0.residualScale, $0.normsEmbedding, $0.normEpsilon) = (.gelu, 0.7, true, 1e-3)
    },
    SampleModel("LayerNorm with rotary positions, QK norm") {
      ($0.norm, $0.hasBiases, $0.normsQueriesAndKeys) = (.layer, true, true)
    },
    SampleModel("parallel layers, rotated in part, no final biases") {
      gpt2(&$0)
      ($0.headWidth, $0.keyValueHeads) = (6, 4)
      ($0.isParallel, $0.tiesHead) = (true, false)
      $0.position = .rotary(RotarySettings(base: 100, width: 2, scaling: .linear(factor: 3)))
    },
    SampleModel("gemma: norms around layers, bounded scores, every second layer windowed") {
      ($0.normPlacement, $0.activation, $0.embeddingScale) = (.sandwich, .geluTanh, 3.5)
      ($0.window, $0.windowedLayers, $0.windowedRotaryBase) = (3, [true, false], 50)
      ($0.attentionScale, $0.attentionSoftCap, $0.logitSoftCap) = (0.3, 2, 3)
    },
    SampleModel("biases of queries, keys and values; one layer without rotation") {
      ($0.biases, $0.rotatedLayers) = (.attentionInput, [true, false])
    },
    SampleModel("six heads with ALiBi, no biases of norms, windows") {
      ($0.position, $0.heads, $0.keyValueHeads) = (.alibi, 6, 6)
      ($0.norm, $0.biases, $0.window) = (.layer, [.feedForward], 4)
    },
    SampleModel("encoder: all see all, segments, positions from 2") {
      gpt2(&$0)
      ($0.isCausal, $0.segments, $0.positionOffset) = (false, 2, 2)
      ($0.normPlacement, $0.normsEmbedding) = (.post, true)
    },
    SampleModel("bert") {
      bert(&$0)
      $0.segments = 2
    },
    SampleModel("roberta") {
      bert(&$0)
      ($0.segments, $0.positionOffset, $0.normEpsilon) = (1, 2, 1e-5)
    },
    SampleModel("distilbert, untied") {
      bert(&$0)
      $0.tiesHead = false
    },
    SampleModel("sinusoidal, odd sizes") {
      $0 = TransformerConfiguration(
        vocabularySize: 17, contextLength: 11, width: 7, layers: 3, heads: 3, keyValueHeads: 1, headWidth: 5,
        hiddenWidth: 9)
      $0.position = .sinusoidal
    },
    SampleModel("one of everything") {
      $0 = TransformerConfiguration(
        vocabularySize: 5, contextLength: 6, width: 2, layers: 1, heads: 1, headWidth: 2, hiddenWidth: 1)
    },
  ]

  /// Rotation stretched in ways that ``ReferenceTransformer`` does not know; they have tests of their own.
  static let stretched: [SampleModel] = [
    SampleModel("mistral, yarn") {
      ($0.window, $0.contextLength, $0.headWidth) = (4, 16, 8)
      $0.position = .rotary(
        RotarySettings(
          base: 50, scaling: .yarn(factor: 4, fast: 3, slow: 1, attention: 1.2, context: 4, truncates: true)))
    },
    SampleModel("dynamic") {
      $0.contextLength = 10
      $0.position = .rotary(RotarySettings(base: 50, scaling: .dynamic(factor: 2.5, context: 4)))
    },
    SampleModel("qwen2, llama3's rotation") {
      qwen2(&$0)
      $0.position = .rotary(
        RotarySettings(base: 50, scaling: .llama3(factor: 8, low: 1, high: 4, context: 8)))
    },
  ]

  private static func qwen2(_ c: inout TransformerConfiguration) {
    (c.biases, c.window, c.windowedLayers) = (.attentionInput, 3, [false, true])
  }

  private static func gemma(_ c: inout TransformerConfiguration) {
    (c.activation, c.embeddingScale, c.keyValueHeads) = (.geluTanh, Float(12.0.squareRoot()), 1)
  }

  private static func gpt2(_ c: inout TransformerConfiguration) {
    (c.norm, c.position, c.isGated, c.activation, c.hasBiases) = (.layer, .learned, false, .geluTanh, true)
    (c.keyValueHeads, c.headWidth) = (4, 3)
  }

  private static func bert(_ c: inout TransformerConfiguration) {
    c.encoder()
    (c.keyValueHeads, c.headWidth, c.outputs) = (4, 3, .masked)
  }

  /// An encoder of pairs: a head of the vocabulary, a pooler, and a head of the next sentence.
  static let pairs = SampleModel("bert with pairs") {
    bert(&$0)
    ($0.segments, $0.outputs) = (2, [.masked, .pooler, .nextSentence])
  }

  /// `count` configurations drawn from all combinations of choices.
  static func random(_ count: Int) -> [SampleModel] {
    var random = RandomStream(seed: 11)
    return (0..<count).map { index in
      SampleModel("random choices \(index)") { c in
        c.keyValueHeads = [1, 2, 4][random.uniform(below: 3)]
        c.norm = [.layer, .rms][random.uniform(below: 2)]
        c.normPlacement = [.pre, .post, .sandwich][random.uniform(below: 3)]
        c.position = [.learned, .sinusoidal, .rotary(base: 100), .alibi][random.uniform(below: 4)]
        c.activation = Activation.allCases[random.uniform(below: 4)]
        c.isGated = random.uniform(below: 2) == 0
        c.hasBiases = random.uniform(below: 2) == 0
        c.normsQueriesAndKeys = random.uniform(below: 2) == 0
        c.normsEmbedding = random.uniform(below: 2) == 0
        c.tiesHead = random.uniform(below: 2) == 0
        c.residualScale = [1, 0.6][random.uniform(below: 2)]
        c.isParallel = random.uniform(below: 3) == 0
        c.window = [nil, 2, 5][random.uniform(below: 3)]
        c.windowedLayers = [[true], [false, true]][random.uniform(below: 2)]
        c.attentionSoftCap = [nil, 1.5][random.uniform(below: 2)]
        c.logitSoftCap = [nil, 4][random.uniform(below: 2)]
        c.embeddingScale = [1, 2.5][random.uniform(below: 2)]
        c.segments = random.uniform(below: 3)
        c.outputs = [.vocabulary, .masked, [.vocabulary, .vocabularyBias]][random.uniform(below: 3)]
      }
    }
  }

  /// A model with random weights everywhere; those of norms stay near 1.
  func model() -> Transformer {
    let model = Transformer(configuration)
    for (index, parameter) in model.parameters.enumerated() {
      let values = sampleValues(parameter.value.elementCount, seed: UInt64(index) + 3)
      let isNorm = parameter.name.contains("norm") && parameter.name.hasSuffix("weight")
      for (place, value) in values.enumerated() {
        parameter.value.floats[place] = isNorm ? 1 + Float(value) / 4 : Float(value) / 2
      }
    }
    return model
  }

  /// `count` ids in 0 ..< V.
  func ids(_ count: Int, seed: UInt64 = 1) -> [Int32] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in Int32(random.uniform(below: configuration.vocabularySize)) }
  }
}
