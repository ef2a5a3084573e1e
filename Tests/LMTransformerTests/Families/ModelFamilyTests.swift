import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

/// A family with a configuration that it can express.
struct FamilyCase: CustomTestStringConvertible, Sendable {
  let family: any ModelFamily.Type
  let sample: SampleModel
  var testDescription: String { "\(family.modelType), \(sample.name)" }

  /// Every sample in every family that it fits, and as lm's own.
  static let all: [FamilyCase] = ModelFamilies.all.flatMap { family in
    (SampleModel.all + SampleModel.stretched + SampleModel.random(40)).filter {
      family.misfit($0.configuration) == nil
    }
    .map { FamilyCase(family: family, sample: $0) }
  }
}

@Suite struct ModelFamilyTests {
  @Test func `each family fits some sample`() {
    for family in ModelFamilies.all {
      #expect(FamilyCase.all.contains { $0.family.modelType == family.modelType }, "\(family.modelType)")
    }
  }

  @Test(arguments: FamilyCase.all)
  func `names cover each row of each parameter once`(_ given: FamilyCase) {
    let configuration = given.sample.configuration
    let names = given.family.weights(configuration)
    #expect(Set(names.map(\.name)).count == names.count)
    var covered: [String: [Range<Int>]] = [:]
    let parameters = Transformer(configuration).parameters
    let rows = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value.shape[0]) })
    for weight in names {
      guard let count = rows[weight.parameter] else {
        #expect(weight.zeros != nil, "\(weight.name) has no parameter")
        continue
      }
      covered[weight.parameter, default: []].append(weight.rows ?? 0..<count)
    }
    for (name, count) in rows {
      let ranges = (covered[name] ?? []).sorted { $0.lowerBound < $1.lowerBound }
      let ends = [0] + ranges.map(\.upperBound)
      #expect(
        zip(ranges, ends).allSatisfy { $0.lowerBound == $1 } && ends.last == count, "\(name): \(ranges)")
    }
  }

  @Test(arguments: FamilyCase.all)
  func `loading what was named gives the same bits`(_ given: FamilyCase) throws {
    let model = given.sample.model()
    let copy = Transformer(given.sample.configuration)
    try copy.load(model.namedTensors(given.family), given.family, from: "test")
    for (a, b) in zip(model.parameters, copy.parameters) {
      #expect(a.value.toArray() == b.value.toArray(), "\(a.name)")
    }
  }

  @Test(arguments: FamilyCase.all)
  func `config.json gives back family and configuration`(_ given: FamilyCase) throws {
    let tokens = ["bos_token_id": 1, "eos_token_id": 2]
    let written = ModelConfigFile(
      family: given.family, configuration: given.sample.configuration, specialTokens: tokens)
    #expect(written.misfit == nil)
    let json = try JSON.parse(written.json.serialized(.pretty), from: "config.json")
    let read = try ModelConfigFile(JSONField(json, in: "config.json"), at: "config.json")
    var expectedTokens = tokens
    // RoBERTa's positions follow its padding.
    if given.family.modelType == "roberta" { expectedTokens["pad_token_id"] = 1 }
    #expect(read.family.modelType == given.family.modelType && read.specialTokens == expectedTokens)
    #expect(read.configuration == given.sample.configuration)
    // The family's own keys, which are what other tools read, say the same.
    let own = try given.family.configuration(JSONField(json, in: "config.json"))
    var expected = given.sample.configuration
    // Files of these families have all biases: zeros where the model has none.
    if ["gpt2", "bloom"].contains(given.family.modelType) { expected.hasBiases = true }
    if given.family.modelType == "gpt_neox", expected.biases == [] {
      expected.biases = [.feedForward, .norms]
    }
    expected.dropout = own.dropout
    #expect(own == expected)
  }

  @Test func `every missing, misshapen and unknown tensor is named at once`() throws {
    let sample = SampleModel.all[0]
    var tensors = sample.model().namedTensors(LlamaFamily.self)
    tensors["model.layers.0.self_attn.k_proj.weight"] = nil
    tensors["model.layers.1.mlp.down_proj.weight"] = Tensor.zeros([17, 12])
    tensors["model.norm.bias"] = Tensor.zeros([12])
    let error = #expect(throws: LMError.self) {
      try Transformer(sample.configuration).load(tensors, LlamaFamily.self, from: "folder")
    }
    #expect(
      error?.description
        == "folder: model.layers.0.self_attn.k_proj.weight is missing, "
        + "model.layers.1.mlp.down_proj.weight is [17, 12], expected [12, 17], model.norm.bias is unknown; "
        + "use the weights that belong to this configuration")
  }

  @Test func `names without prefix, old buffers and a copied head are accepted`() throws {
    let gpt2 = SampleModel.all[4]
    let model = gpt2.model()
    let named = model.namedTensors(GPT2Family.self)
    var bare = NamedTensors()
    for name in named.names { bare[String(name.dropFirst("transformer.".count))] = named[name] }
    bare["h.0.attn.bias"] = Tensor.zeros([1, 1, 9, 9])
    bare["lm_head.weight"] = named["transformer.wte.weight"]
    let copy = Transformer(gpt2.configuration)
    try copy.load(bare, GPT2Family.self, from: "test")
    #expect(zip(model.parameters, copy.parameters).allSatisfy { $0.value.toArray() == $1.value.toArray() })
  }

  @Test func `a configuration that its family cannot express is refused`() throws {
    let config = ModelConfigFile(
      family: LlamaFamily.self, configuration: SampleModel.all[4].configuration, specialTokens: [:])
    let json = try JSON.parse(config.json.serialized(.pretty), from: "config.json")
    let error = #expect(throws: LMError.self) {
      try ModelConfigFile(JSONField(json, in: "config.json"), at: "config.json")
    }
    #expect(error?.problem.contains("positions are not rotary") ?? false)
  }

  @Test(arguments: [
    (#"{"model_type": "mamba"}"#, "the architecture \"mamba\" is unknown"),
    (#"{}"#, "model_type"),
    (#"{"model_type": "llama", "vocab_size": 8}"#, "num_attention_heads"),
  ])
  func `foreign files are refused by name`(text: String, part: String) throws {
    let json = try JSON.parse(text, from: "config.json")
    let error = #expect(throws: LMError.self) {
      try ModelConfigFile(JSONField(json, in: "config.json"), at: "config.json")
    }
    #expect(error?.description.contains(part) ?? false, "\(error?.description ?? "")")
  }

  /// What transformers writes, with the choices that `lm` does not compute.
  @Test(
    arguments: [
      ("hidden_act", JSON.string("gelu"), "hidden_act"),
      ("partial_rotary_factor", .number(0.5), "partial_rotary_factor 0.5"),
      ("rope_scaling", ["rope_type": "longrope"], "rotary scaling \"longrope\""),
      ("hidden_size", .integer(-4), "hidden_size"),
      ("num_key_value_heads", .integer(3), "3 key/value heads do not divide 4 heads"),
      ("vocab_size", .integer(Int.max), "vocab_size"),
    ] as [(String, JSON, String)])
  func `choices that are not supported are named`(key: String, value: JSON, part: String) throws {
    var config = LlamaFamily.config(SampleModel.all[0].configuration)
    config["model_type"] = "llama"
    config["rope_parameters"] = nil
    config[key] = value
    let error = #expect(throws: LMError.self) {
      try ModelConfigFile(JSONField(.object(config), in: "config.json"), at: "config.json")
    }
    #expect(error?.description.contains(part) ?? false, "\(error?.description ?? "")")
  }
}
