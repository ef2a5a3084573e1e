import LMAttention
import LMAutograd
import LMRuntime
import LMTransformer
import Testing

@Suite struct TransformerConfigurationTests {
  /// Every combination of the choices that bring parameters.
  private static func combinations() -> [TransformerConfiguration] {
    var all = [SampleModel("").configuration]
    func vary(_ changes: [(inout TransformerConfiguration) -> Void]) {
      all = all.flatMap { configuration in
        changes.map { change in
          var changed = configuration
          change(&changed)
          return changed
        }
      }
    }
    vary([{ $0.norm = .rms }, { $0.norm = .layer }])
    vary([{ $0.normPlacement = .pre }, { $0.normPlacement = .post }, { $0.normPlacement = .sandwich }])
    vary([
      { $0.position = .learned }, { $0.position = .sinusoidal }, { $0.position = .rotary(base: 12.5) },
      { $0.position = .alibi },
    ])
    vary([{ $0.keyValueHeads = 4 }, { $0.keyValueHeads = 2 }, { $0.keyValueHeads = 1 }])
    vary([{ $0.isGated = true }, { $0.isGated = false }])
    vary([{ $0.hasBiases = true }, { $0.hasBiases = false }, { $0.biases = [.attentionInput, .norms] }])
    vary([{ $0.normsQueriesAndKeys = true }, { $0.normsQueriesAndKeys = false }])
    vary([{ $0.normsEmbedding = true }, { $0.normsEmbedding = false }])
    vary([{ $0.tiesHead = true }, { $0.tiesHead = false }])
    return all
  }

  @Test func `the parameter count is the sum over the parameters`() {
    for configuration in Self.combinations() {
      let parameters = Transformer(configuration).parameters
      #expect(
        configuration.parameterCount == parameters.reduce(0) { $0 + $1.value.elementCount },
        "\(configuration)")
      #expect(Set(parameters.map(\.name)).count == parameters.count)
    }
  }

  @Test func `matrices decay, norms and biases do not`() {
    for parameter in SampleModel.all.flatMap({ Transformer($0.configuration).parameters }) {
      #expect(parameter.decays == (parameter.value.shape.count == 2), "\(parameter.name)")
    }
  }

  @Test func `JSON gives back every configuration`() throws {
    var all = Self.combinations()
    for activation in Activation.allCases {
      var configuration = SampleModel("").configuration
      (configuration.activation, configuration.normEpsilon) = (activation, 1e-6)
      (configuration.residualScale, configuration.dropout) = (0.70710677, 0.1)
      all.append(configuration)
    }
    all += SampleModel.all.map(\.configuration) + SampleModel.random(20).map(\.configuration)
    for scaling in [
      RotaryScaling.linear(factor: 2.5), .dynamic(factor: 4, context: 9),
      .llama3(factor: 8, low: 1, high: 4, context: 8192),
      .yarn(factor: 4, fast: 32, slow: 1, attention: 1.1, context: 16, truncates: false),
    ] {
      var configuration = SampleModel("").configuration
      configuration.position = .rotary(RotarySettings(base: 500_000, width: 4, scaling: scaling))
      all.append(configuration)
    }
    for configuration in all {
      let text = configuration.json.text()
      let parsed = try JSON.parse(text, from: "test")
      #expect(try TransformerConfiguration(JSONField(parsed, in: "test")) == configuration)
    }
  }

  @Test(
    arguments: [
      ("width", JSON.null), ("layers", .integer(0)), ("heads", .string("4")), ("norm", .string("batch")),
      ("position", .string("absolute")), ("rope_base", .null), ("gated", .integer(1)),
      ("dropout", .string("no")),
    ] as [(String, JSON)])
  func `JSON with a wrong member is refused by its name`(key: String, value: JSON) throws {
    guard case .object(var object) = SampleModel("").configuration.json else { return }
    object[key] = value == .null ? nil : value
    let error = #expect(throws: LMError.self) {
      try TransformerConfiguration(JSONField(.object(object), in: "x.json"))
    }
    #expect(error?.description.contains(key) ?? false, "\(error?.description ?? "")")
  }

  @Test func `every sample is valid`() throws {
    for sample in SampleModel.all { try sample.configuration.validate(at: "test") }
    for configuration in Self.combinations() { try configuration.validate(at: "test") }
  }

  private struct Invalid: Sendable {
    let message: String
    let change: @Sendable (inout TransformerConfiguration) -> Void
  }

  private static let invalid: [Invalid] = [
    Invalid(message: "vocabulary size is 0") { $0.vocabularySize = 0 },
    Invalid(message: "context is -1") { $0.contextLength = -1 },
    Invalid(message: "width is 0") { $0.width = 0 },
    Invalid(message: "width is \(Int.max)") { $0.width = .max },
    Invalid(message: "layers is 5000") { $0.layers = 5000 },
    Invalid(message: "heads is 0") { $0.heads = 0 },
    Invalid(message: "key/value heads is 0") { $0.keyValueHeads = 0 },
    Invalid(message: "head width is -2") { $0.headWidth = -2 },
    Invalid(message: "hidden width is \(Int.min)") { $0.hiddenWidth = .min },
    Invalid(message: "3 key/value heads do not divide 4 heads; use one of 1, 2, 4") { $0.keyValueHeads = 3 },
    Invalid(message: "8 key/value heads do not divide 4 heads") { $0.keyValueHeads = 8 },
    Invalid(message: "head width 5 is odd") { $0.headWidth = 5 },
    Invalid(message: "rotary base is 0") { $0.position = .rotary(base: 0) },
    Invalid(message: "rotary base is nan") { $0.position = .rotary(base: .nan) },
    Invalid(message: "norm epsilon is 0") { $0.normEpsilon = 0 },
    Invalid(message: "norm epsilon is nan") { $0.normEpsilon = .nan },
    Invalid(message: "dropout is 1") { $0.dropout = 1 },
    Invalid(message: "dropout is -0.1") { $0.dropout = -0.1 },
    Invalid(message: "residual scale is nan") { $0.residualScale = .nan },
    Invalid(message: "residual scale is inf") { $0.residualScale = .infinity },
    Invalid(message: "head width 3 is odd") { $0.position = .rotary(RotarySettings(base: 10, width: 3)) },
    Invalid(message: "8 columns of heads of 6") { $0.position = .rotary(RotarySettings(base: 10, width: 8)) },
    Invalid(message: "rotary base is 1") { $0.windowedRotaryBase = 1 },
    Invalid(message: "attention scale is -1") { $0.attentionScale = -1 },
    Invalid(message: "attention soft cap is 0") { $0.attentionSoftCap = 0 },
    Invalid(message: "logit soft cap is inf") { $0.logitSoftCap = .infinity },
    Invalid(message: "embedding scale is nan") { $0.embeddingScale = .nan },
    Invalid(message: "window is 0") { $0.window = 0 },
    Invalid(message: "0 layers are said to be windowed or not") { $0.windowedLayers = [] },
    Invalid(message: "position offset is -1, segments are 0") { $0.positionOffset = -1 },
    Invalid(message: "these sizes make") { ($0.vocabularySize, $0.width) = (1 << 24, 1 << 17) },
    Invalid(message: "a table of 1048576 sinusoidal positions") {
      ($0.contextLength, $0.width, $0.position) = (1 << 20, 1 << 16, .sinusoidal)
    },
  ]

  @Test func `what cannot be is refused in one line with a remedy`() {
    for invalid in Self.invalid {
      var configuration = SampleModel("").configuration
      invalid.change(&configuration)
      let error = #expect(throws: LMError.self, "\(invalid.message)") {
        try configuration.validate(at: "there")
      }
      let text = error?.description ?? ""
      #expect(text.hasPrefix("there: \(invalid.message)") && !text.contains("\n"), "\(text)")
      #expect(error?.remedy.isEmpty == false)
    }
  }
}
